import type { PendingMedia, UploadedMedia } from "../../../media/media-rows.ts";

/** The statements about media ids without content. */
export const PENDING_SQL = {
  insert: "insert into local_media_repository (media_id, created_ts, user_id, authenticated) values (?, ?, ?, ?)",
  find: "select media_id, created_ts, user_id, quarantined_by, authenticated from local_media_repository where media_id = ? and media_length is null",
  count:
    "select count(*) as pending, min(created_ts) as oldest from local_media_repository where user_id = ? and created_ts > ? and media_length is null",
  fill: "update local_media_repository set media_type = ?, media_length = ?, upload_name = ?, sha256 = ? where media_id = ? and media_length is null",
} as const;

/** A media id as its row is written. */
export type NewPendingMedia = Omit<PendingMedia, "quarantinedBy"> & { readonly userId: string };

/** Parameters of `insert`, in the order of its text. */
export function bindPending({ mediaId, createdTs, userId, authenticated }: NewPendingMedia): unknown[] {
  return [mediaId, createdTs, userId, Number(authenticated)];
}

/** Parameters of `fill`, in the order of its text. */
export function bindFill({ mediaType, mediaLength, uploadName, sha256, mediaId }: UploadedMedia): unknown[] {
  return [mediaType, mediaLength, uploadName, sha256, mediaId];
}

/** What `count` answers. */
export interface PendingCount {
  readonly pending: number;
  readonly oldest: number | null;
}

/** A row as `find` reads it. */
export interface PendingRow {
  readonly media_id: string;
  readonly created_ts: number;
  readonly user_id: string | null;
  readonly quarantined_by: string | null;
  /** A number in SQLite. */
  readonly authenticated: number | boolean;
}

/** The media id of a row. */
export function readPending(row: PendingRow): PendingMedia {
  return {
    mediaId: row.media_id,
    createdTs: row.created_ts,
    userId: row.user_id,
    quarantinedBy: row.quarantined_by,
    authenticated: Boolean(row.authenticated),
  };
}
