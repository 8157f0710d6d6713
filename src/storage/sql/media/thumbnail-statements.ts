import type { StoredThumbnail, ThumbnailLook, TwinThumbnail } from "../../../media/thumbnails/thumbnail-rows.ts";
import type { ThumbnailMethod } from "../../../media/thumbnails/thumbnailer.ts";
import { type PictureRow, readFacts } from "./picture-statements.ts";

const COLUMNS = "t.thumbnail_width, t.thumbnail_height, t.thumbnail_type, t.thumbnail_method, t.thumbnail_length";

/** The statements about thumbnails of local media. */
export const THUMBNAIL_SQL = {
  // A row without a thumbnail where there is none: what is known of the picture is wanted all the same.
  look: `select ${COLUMNS}, p.width, p.height, p.frames, p.failure, p.decoder, p.looked_ts
    from (select ? as media_id, ? as content) a
    left join local_media_repository_thumbnails t on t.media_id = a.media_id
    left join media_bridge_pictures p on p.content = a.content`,
  findTwins: `select t.media_id, ${COLUMNS} from local_media_repository_thumbnails t where t.media_id in
    (select media_id from local_media_repository where sha256 = ? and media_id <> ? and media_length is not null limit ?)`,
  // From the media's own row: the thumbnail of media that was deleted meanwhile leaves no row.
  insert: `insert into local_media_repository_thumbnails
      (media_id, thumbnail_width, thumbnail_height, thumbnail_type, thumbnail_method, thumbnail_length)
    select media_id, ?, ?, ?, ?, ? from local_media_repository where media_id = ? and media_length is not null
    on conflict (media_id, thumbnail_width, thumbnail_height, thumbnail_type, thumbnail_method)
    do update set thumbnail_length = excluded.thumbnail_length`,
} as const;

/** Parameters of `insert`, in the order of its text. */
export function bindThumbnail(mediaId: string, thumbnail: StoredThumbnail): unknown[] {
  const { width, height, type, method, lengthBytes } = thumbnail;
  return [width, height, type, method, lengthBytes, mediaId];
}

/** A row as `findTwins` reads it, and as `look` does where there is a thumbnail. */
export interface ThumbnailRow {
  readonly media_id: string;
  readonly thumbnail_width: number | null;
  readonly thumbnail_height: number;
  readonly thumbnail_type: string;
  readonly thumbnail_method: ThumbnailMethod;
  readonly thumbnail_length: number | null;
}

/** All rows of `look`. */
export function readLook(rows: readonly (ThumbnailRow & PictureRow)[]): ThumbnailLook {
  const [first] = rows;
  return { facts: first && readFacts(first), thumbnails: rows.flatMap(readThumbnail) };
}

/** All rows of `findTwins`. */
export function readTwins(rows: readonly ThumbnailRow[]): TwinThumbnail[] {
  return rows.flatMap((row) => readThumbnail(row).map((thumbnail) => ({ ...thumbnail, mediaId: row.media_id })));
}

function readThumbnail(row: ThumbnailRow): StoredThumbnail[] {
  if (row.thumbnail_width === null) return [];
  return [
    {
      width: row.thumbnail_width,
      height: row.thumbnail_height,
      type: row.thumbnail_type,
      method: row.thumbnail_method,
      lengthBytes: row.thumbnail_length ?? 0,
    },
  ];
}
