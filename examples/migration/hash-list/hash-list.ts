import { createHash } from "node:crypto";
import { allow, defineModule, MatrixError, type MediaFile } from "synapse-media-bridge";
import { z } from "zod";

const TABLES = [
  "create table if not exists example_refused_hashes (sha256 text primary key, reason text not null)",
  `create table if not exists example_uploads
   (media_id text primary key, user_id text not null, sha256 text not null, size_bytes bigint not null)`,
];
/** Hashes of files that were looked at, until their upload is complete. A file that another module refuses never is. */
const MAX_SEEN = 1000;

const HashSchema = z.string().regex(/^[0-9a-fA-F]{64}$/);

/** Files whose SHA-256 is in a table are refused, and the table of uploads says who has which file. */
export default defineModule({
  name: "hash-list",
  configSchema: z.object({ refused: z.record(HashSchema, z.string()).default({}) }),
  async setup(api, { refused }) {
    const seen = new Map<string, string>();

    // An entry that is there keeps its reason.
    await api.database.transaction("prepare_hash_list", async (txn) => {
      for (const statement of TABLES) await txn.execute(statement);
      for (const [sha256, reason] of Object.entries(refused)) {
        await txn.execute("insert into example_refused_hashes values (?, ?) on conflict (sha256) do nothing", [
          sha256.toLowerCase(),
          reason,
        ]);
      }
    });

    api.registerSpamCheckerCallbacks({
      async checkMediaFileForSpam(file, { fileId, thumbnail }) {
        // A thumbnail is made of a file that was looked at.
        if (thumbnail) return allow;
        const sha256 = await hashFile(file);
        const [entry] = await api.database.transaction("find_refused_hash", (txn) =>
          txn.execute<{ reason: string }>("select reason from example_refused_hashes where sha256 = ?", [sha256]),
        );
        if (entry !== undefined) {
          throw new MatrixError(403, "M_FORBIDDEN", `This file is not accepted here: ${entry.reason}`);
        }
        seen.set(fileId, sha256);
        const [oldest] = seen.keys();
        if (seen.size > MAX_SEEN && oldest !== undefined) seen.delete(oldest);
        return allow;
      },
    });

    api.registerMediaRepositoryCallbacks({
      async onMediaUploaded(userId, mediaId, sizeBytes) {
        const sha256 = seen.get(mediaId);
        if (sha256 === undefined) return;
        seen.delete(mediaId);
        await api.database.transaction("add_upload", (txn) =>
          txn.execute("insert into example_uploads values (?, ?, ?, ?) on conflict (media_id) do nothing", [
            mediaId,
            userId,
            sha256,
            sizeBytes,
          ]),
        );
      },
      async onMediaDeleted(mediaId) {
        await api.database.transaction("remove_upload", (txn) =>
          txn.execute("delete from example_uploads where media_id = ?", [mediaId]),
        );
      },
    });
  },
});

async function hashFile(file: MediaFile): Promise<string> {
  const digest = createHash("sha256");
  for await (const piece of file.stream()) digest.update(piece as Uint8Array);
  return digest.digest("hex");
}
