import { defineModule } from "synapse-media-bridge";
import { z } from "zod";

/** Does as `reaching.py`. */
export default defineModule({
  name: "reaching",
  configSchema: z.strictObject({ table: z.string() }),
  setup(api, { table }) {
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: async (userId, size) => {
        const user = await api.homeserver.getUser(userId);
        const addresses = await api.homeserver.getThreepids(userId);
        const seen = await api.homeserver.getConnections(userId);
        const held = await api.homeserver.getAccountData(userId, "org.example.most");
        await api.database.transaction("note", async (txn) => {
          await txn.change(`create table if not exists ${table} (user_id text)`);
          await txn.change(`insert into ${table} values (?)`, [userId]);
        });
        // Only a candidate is held back.
        await api.homeserver.putAccountData(userId, "org.example.seen", { size }).catch(() => undefined);
        if (user === undefined || user.isAdmin || addresses.length === 0 || seen.length === 0) return false;
        return size <= Number(held?.["most"] ?? 0);
      },
    });
  },
});
