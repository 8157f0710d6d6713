import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** Each user may keep `max_bytes` bytes; the module adds up what they have in a table of its own. */
export default defineModule({
  name: "quota-ledger",
  configSchema: z.strictObject({ max_bytes: z.int().positive() }),
  async setup(api, { max_bytes: maxBytes }) {
    await api.database.transaction("create_ledger", (txn) =>
      txn.execute("create table if not exists example_ledger (user_id text primary key, bytes bigint not null)"),
    );

    api.registerMediaRepositoryCallbacks({
      async isUserAllowedToUploadMediaOfSize(userId, sizeBytes) {
        const [entry] = await api.database.transaction("read_ledger", (txn) =>
          txn.execute<{ bytes: number }>("select bytes from example_ledger where user_id = ?", [userId]),
        );
        return (entry?.bytes ?? 0) + sizeBytes <= maxBytes;
      },
      async onMediaUploaded(userId, _mediaId, sizeBytes) {
        await api.database.transaction("write_ledger", (txn) =>
          txn.execute(
            `insert into example_ledger values (?, ?)
             on conflict (user_id) do update set bytes = example_ledger.bytes + excluded.bytes`,
            [userId, sizeBytes],
          ),
        );
      },
    });
  },
});
