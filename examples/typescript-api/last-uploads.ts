import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** Keeps when each user uploaded last: in memory, written from time to time and at the end, and forgotten once it is old. */
export default defineModule({
  name: "last-uploads",
  configSchema: z.strictObject({ write_every_ms: z.int().positive(), keep_days: z.int().positive() }),
  async setup(api, { write_every_ms: writeEveryMs, keep_days: keepDays }) {
    await api.database.transaction("create_last_uploads", (txn) =>
      txn.execute("create table if not exists example_last_uploads (user_id text primary key, at_ms bigint not null)"),
    );
    const lastMs = new Map<string, number>();

    const write = async () => {
      const notes = [...lastMs];
      await api.database.transaction("write_last_uploads", async (txn) => {
        for (const note of notes) {
          await txn.execute(
            `insert into example_last_uploads values (?, ?)
             on conflict (user_id) do update set at_ms = excluded.at_ms`,
            note,
          );
        }
      });
      // Uploads that arrived meanwhile are written the next time.
      for (const [userId, atMs] of notes) if (lastMs.get(userId) === atMs) lastMs.delete(userId);
      if (notes.length > 0) api.log.info({ users: notes.length }, "last uploads written");
    };

    const forget = async () => {
      const oldestMs = Date.now() - keepDays * 86_400_000;
      await api.database.transaction("forget_last_uploads", (txn) =>
        txn.execute("delete from example_last_uploads where at_ms < ?", [oldestMs]),
      );
    };

    api.registerMediaRepositoryCallbacks({ onMediaUploaded: (userId) => void lastMs.set(userId, Date.now()) });
    // Every instance has notes of its own; one instance of the whole deployment forgets old ones.
    api.loopingBackgroundCall(write, writeEveryMs, { desc: "write_last_uploads", runOnAllInstances: true });
    api.loopingBackgroundCall(forget, 3_600_000, { desc: "forget_last_uploads" });
    api.onShutdown(write);
  },
});
