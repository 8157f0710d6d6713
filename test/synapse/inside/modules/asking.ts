import { defineModule } from "synapse-media-bridge";

/** Makes a table before Synapse has started, and asks Synapse about the users who upload. */
export default defineModule({
  name: "asking",
  async setup(api) {
    await api.database.transaction("make", (txn) =>
      txn.change("create table if not exists asking_seen (user_id text, bytes bigint, body text)"),
    );
    api.registerMediaRepositoryCallbacks({
      isUserAllowedToUploadMediaOfSize: async (userId, sizeBytes) => {
        await api.database.transaction("count", async (txn) => {
          await txn.change("insert into asking_seen values (?, ?, ?)", [userId, 2n ** 62n, "é"]);
          if (sizeBytes === 9) throw new Error("rolled back");
        });
        return true;
      },
      getMediaConfigForUser: async (userId) => {
        const rows = await api.database.transaction("read", (txn) =>
          txn.execute("select bytes, body from asking_seen where user_id = ?", [userId]),
        );
        const user = await api.homeserver.getUser(userId);
        const isAdmin = await api.homeserver.isUserAdmin(userId);
        await api.homeserver.putAccountData(userId, "org.example.asked", { rows: rows.length });
        const data = await api.homeserver.getAccountData(userId, "org.example.asked");
        const broken = await api.database
          .transaction("wrong", (txn) => txn.execute("select * from no_such_table"))
          .catch((error: Error & { code?: string }) => error.code ?? "");
        const none = await api.homeserver.getRoom("!room:matrix.test").catch((error: Error) => error.message);
        const addresses = (await api.homeserver.getThreepids(userId)).map(({ address }) => address);
        const seen = (await api.homeserver.getConnections(userId)).map(({ ip }) => ip);
        return {
          addresses,
          seen,
          rows,
          user: { name: user?.userId, guest: user?.isGuest },
          isAdmin,
          data: { ...data },
          broken,
          none,
        };
      },
    });
  },
});
