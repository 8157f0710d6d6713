import type { LocalMedia, NewLocalMedia } from "../../../media/media-rows.ts";

/** The statements about media with content, and about removing content. */
export const MEDIA_SQL = {
  insert:
    "insert into local_media_repository (media_id, media_type, media_length, created_ts, upload_name, user_id, authenticated, sha256) values (?, ?, ?, ?, ?, ?, ?, ?)",
  find: "select media_id, media_type, media_length, created_ts, upload_name, user_id, quarantined_by, authenticated, sha256 from local_media_repository where media_id = ? and media_length is not null",
  touch: "update local_media_repository set last_access_ts = ? where media_id = ?",
  delete: "delete from local_media_repository where media_id = ?",
  empty:
    "update local_media_repository set media_type = null, media_length = null, upload_name = null, sha256 = null where media_id = ?",
} as const;

/** Parameters of `insert`, in the order of its text. */
export function bindMedia(media: NewLocalMedia): unknown[] {
  const { mediaId, mediaType, mediaLength, createdTs, uploadName, userId, authenticated, sha256 } = media;
  return [mediaId, mediaType, mediaLength, createdTs, uploadName, userId, Number(authenticated), sha256];
}

/** A row as `find` reads it. */
export interface MediaRow {
  readonly media_id: string;
  readonly media_type: string | null;
  readonly media_length: number;
  readonly created_ts: number;
  readonly upload_name: string | null;
  readonly user_id: string | null;
  readonly quarantined_by: string | null;
  /** A number in SQLite. */
  readonly authenticated: number | boolean;
  readonly sha256: string | null;
}

/** The media of a row. */
export function readMedia(row: MediaRow): LocalMedia {
  return {
    mediaId: row.media_id,
    mediaType: row.media_type ?? "application/octet-stream",
    mediaLength: row.media_length,
    createdTs: row.created_ts,
    uploadName: row.upload_name,
    userId: row.user_id,
    quarantinedBy: row.quarantined_by,
    authenticated: Boolean(row.authenticated),
    sha256: row.sha256,
  };
}
