import type { ColumnType, Kysely } from "kysely";
import type { NewLocalMedia, UploadedMedia } from "../media/metadata.ts";

/** A column that an insert may leave out. */
type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;

/** What the statements need of the tables, which have Synapse's names for media rows; ours begin with `media_bridge_`. */
export interface MediaTables {
  local_media_repository: {
    media_id: string;
    media_type: Nullable<string>;
    media_length: Nullable<number>;
    created_ts: number;
    upload_name: Nullable<string>;
    user_id: Nullable<string>;
    quarantined_by: Nullable<string>;
    last_access_ts: Nullable<number>;
    authenticated: boolean | number;
    sha256: Nullable<string>;
  };
  media_bridge_uploads: { media_id: string; user_id: string; uploaded_ts: number; media_length: number };
}

/**
 * The statements about media, as Kysely builds them, to be compiled for any engine. Loading Kysely takes longer than the
 * rest of the service's start, so the SQLite engine holds what they compile to as text, and a test holds the two together.
 *
 * @param flag How the engine stores a boolean.
 */
export function createQueries(db: Kysely<MediaTables>, flag: (value: boolean) => boolean | number) {
  return {
    insertMedia: (media: NewLocalMedia) =>
      db.insertInto("local_media_repository").values({
        media_id: media.mediaId,
        media_type: media.mediaType,
        media_length: media.mediaLength,
        created_ts: media.createdTs,
        upload_name: media.uploadName,
        user_id: media.userId,
        authenticated: flag(media.authenticated),
        sha256: media.sha256,
      }),
    insertUpload: (media: Pick<UploadedMedia, "mediaId" | "userId" | "uploadedTs" | "mediaLength">) =>
      db.insertInto("media_bridge_uploads").values({
        media_id: media.mediaId,
        user_id: media.userId,
        uploaded_ts: media.uploadedTs,
        media_length: media.mediaLength,
      }),
    /** A row without a length is an id that was made but not uploaded to yet. */
    selectMedia: (mediaId: string) =>
      db
        .selectFrom("local_media_repository")
        .select(["media_id", "media_type", "media_length", "created_ts", "upload_name", "user_id", "quarantined_by"])
        .select(["authenticated", "sha256"])
        .where("media_id", "=", mediaId)
        .where("media_length", "is not", null),
    insertPending: (media: { mediaId: string; createdTs: number; userId: string; authenticated: boolean }) =>
      db.insertInto("local_media_repository").values({
        media_id: media.mediaId,
        created_ts: media.createdTs,
        user_id: media.userId,
        authenticated: flag(media.authenticated),
      }),
    selectPending: (mediaId: string) =>
      db
        .selectFrom("local_media_repository")
        .select(["media_id", "created_ts", "user_id", "quarantined_by", "authenticated"])
        .where("media_id", "=", mediaId)
        .where("media_length", "is", null),
    countPending: (userId: string, afterTs: number) =>
      db
        .selectFrom("local_media_repository")
        .select(({ fn }) => [fn.countAll().as("pending"), fn.min("created_ts").as("oldest")])
        .where("user_id", "=", userId)
        .where("created_ts", ">", afterTs)
        .where("media_length", "is", null),
    fillPending: (media: UploadedMedia) =>
      db
        .updateTable("local_media_repository")
        .set({
          media_type: media.mediaType,
          media_length: media.mediaLength,
          upload_name: media.uploadName,
          sha256: media.sha256,
        })
        .where("media_id", "=", media.mediaId)
        .where("media_length", "is", null),
    touchMedia: (mediaId: string, accessTs: number) =>
      db.updateTable("local_media_repository").set({ last_access_ts: accessTs }).where("media_id", "=", mediaId),
    sumUploads: (userId: string, afterTs: number, untilTs: number) =>
      db
        .selectFrom("media_bridge_uploads")
        .select(({ fn }) => fn.sum("media_length").as("bytes"))
        .where("user_id", "=", userId)
        .where("uploaded_ts", ">", afterTs)
        .where("uploaded_ts", "<=", untilTs),
  };
}
