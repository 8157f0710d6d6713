import type { UploadedMedia } from "../../../media/media-rows.ts";

/** The statements about what counts against users' limits. */
export const USAGE_SQL = {
  insert: "insert into media_bridge_uploads (media_id, user_id, uploaded_ts, media_length) values (?, ?, ?, ?)",
  delete: "delete from media_bridge_uploads where media_id = ?",
  sum: "select sum(media_length) as bytes from media_bridge_uploads where user_id = ? and uploaded_ts > ? and uploaded_ts <= ?",
} as const;

/** The statements by which what counts is looked at without the service. */
export const USAGE_LOOK_SQL = {
  counted: "select media_id from media_bridge_uploads where user_id = ? and uploaded_ts > ?",
  // A note that no service holds any more is a doubt as well.
  isUnderWay: "select 1 from media_bridge_upstream_pending where user_id = ? limit 1",
} as const;

/** What of an upload counts. */
export type CountedMedia = Pick<UploadedMedia, "mediaId" | "userId" | "mediaLength">;

/** Parameters of `insert`, in the order of its text. */
export function bindUsage({ mediaId, userId, mediaLength }: CountedMedia, uploadedTs: number): unknown[] {
  return [mediaId, userId, uploadedTs, mediaLength];
}
