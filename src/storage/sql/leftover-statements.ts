import { storedMedia, type StoredMedia, type ThumbnailInfo } from "../../media-file.ts";

const UNUSED = "from local_media_repository where media_length is null and created_ts < ?";
const IS_OLD =
  "exists (select 1 from local_media_repository m where m.media_id = t.media_id and coalesce(m.last_access_ts, m.created_ts) < ?)";

/** The statements about rows that are of no use any more. */
export const LEFTOVER_SQL = {
  countUnused: `select count(*) as ids ${UNUSED}`,
  removeUnused: `delete from local_media_repository where media_id in (select media_id ${UNUSED} limit ?)`,
  thumbnailsOf:
    "select t.media_id, t.thumbnail_width, t.thumbnail_height, t.thumbnail_type, t.thumbnail_method, t.thumbnail_length, " +
    `${IS_OLD} as is_old from local_media_repository_thumbnails t where t.media_id in ` +
    "(select distinct media_id from local_media_repository_thumbnails where media_id > ? order by media_id limit ?) order by t.media_id",
  removeThumbnail:
    "delete from local_media_repository_thumbnails as t where t.media_id = ? and t.thumbnail_width = ? and t.thumbnail_height = ? " +
    `and t.thumbnail_type = ? and t.thumbnail_method = ? and ${IS_OLD}`,
  removeCopies: "delete from media_bridge_pending_stores where file_id = ? and path = ?",
  // Content is known by its hash, or by its media id where it has none.
  pictures: `select p.content, p.failure, p.looked_ts,
      exists (select 1 from local_media_repository m where m.sha256 = p.content)
        or exists (select 1 from local_media_repository m where m.media_id = substr(p.content, 4) and p.content like 'id:%')
        or exists (select 1 from remote_media_cache r where r.sha256 = p.content) as is_held
    from media_bridge_pictures p where p.content > ? order by p.content limit ?`,
  removePicture: "delete from media_bridge_pictures where content = ?",
} as const;

/** A row as `thumbnailsOf` reads it. */
export interface OldThumbnailRow {
  readonly media_id: string;
  readonly thumbnail_width: number;
  readonly thumbnail_height: number;
  readonly thumbnail_type: string;
  readonly thumbnail_method: ThumbnailInfo["method"];
  readonly thumbnail_length: number | null;
  readonly is_old: number | boolean;
}

/** The file of a row. */
export function readOldThumbnail(row: OldThumbnailRow): StoredMedia {
  return storedMedia({
    fileId: row.media_id,
    thumbnail: {
      width: row.thumbnail_width,
      height: row.thumbnail_height,
      method: row.thumbnail_method,
      type: row.thumbnail_type,
      length: row.thumbnail_length ?? 0,
    },
  });
}

/** A row as `pictures` reads it. */
export interface StalePictureRow {
  readonly content: string;
  readonly failure: string | null;
  readonly looked_ts: number;
  readonly is_held: number | boolean;
}
