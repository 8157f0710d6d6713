import type { SynapseMedia } from "./synapse-media.ts";

/** Runs one statement on Synapse's database, parameters as `?`. */
export type RunQuery = (sql: string, parameters: readonly (string | number)[]) => Promise<Record<string, unknown>[]>;

const PAGE = 1000;

const MEDIA = `
  select media_id, media_length, created_ts from local_media_repository
  where user_id = ? and media_length is not null and (created_ts > ? or (created_ts = ? and media_id > ?))
  order by created_ts, media_id
  limit ?`;

const UPLOADERS = "select distinct user_id from local_media_repository where user_id is not null";

/** Synapse's media, from its own tables, which are only read. */
export function createDatabaseMedia(query: RunQuery): SynapseMedia {
  return {
    async *mediaOf(userId, sinceTs) {
      // Rows of the very time `sinceTs` are left out: they are not later. Databases sort ids in different ways, but
      // each does so consistently.
      let last = { uploadedTs: sinceTs + 1, mediaId: "" };
      for (;;) {
        const rows = await query(MEDIA, [userId, last.uploadedTs, last.uploadedTs, last.mediaId, PAGE]);
        const media = rows.map((row) => ({
          mediaId: String(row["media_id"]),
          userId,
          mediaLength: Number(row["media_length"]),
          uploadedTs: Number(row["created_ts"]),
          sha256: null,
        }));
        yield media;
        if (media.length < PAGE) return;
        last = media.at(-1) ?? last;
      }
    },
    async uploaders() {
      return (await query(UPLOADERS, [])).map((row) => String(row["user_id"]));
    },
  };
}
