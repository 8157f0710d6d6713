import {
  MEDIA_ORDERS,
  type AdministeredMedia,
  type MediaOrder,
  type UploaderSums,
} from "../../media/administration/administration-rows.ts";

const COLUMNS =
  "media_id, media_type, media_length, created_ts, upload_name, user_id, last_access_ts, quarantined_by, " +
  "safe_from_quarantine, url_cache, authenticated, sha256";

/** The statements by which administrators look at local media. */
export const ADMINISTRATION_SQL = {
  find: `select ${COLUMNS} from local_media_repository where media_id = ?`,
  // A row where there are more than so many.
  exceeds: "select 1 from local_media_repository limit 1 offset ?",
  userExceeds: "select 1 from local_media_repository where user_id = ? limit 1 offset ?",
  count: "select count(*) as media from local_media_repository where user_id = ?",
  // The index by user gives the order: a piece reads no more than its own users.
  uploaders:
    "select user_id, count(*) as media_count, coalesce(sum(media_length), 0) as media_bytes from local_media_repository where user_id > ? and created_ts >= ? and created_ts <= ? group by user_id order by user_id limit ?",
} as const;

/** A user's media in an order, as {@link pageTextOf} names the statements. */
export const MEDIA_PAGE_SQL: Readonly<Record<string, string>> = Object.fromEntries(
  MEDIA_ORDERS.flatMap((order) => [
    [pageTextOf(order, false), pageText(`${order} asc nulls first`, order)],
    [pageTextOf(order, true), pageText(`${order} desc nulls last`, order)],
  ]),
);

/** The name of the statement that reads a page in an order. */
export function pageTextOf(order: MediaOrder, isDescending: boolean): string {
  return `${order} ${isDescending ? "down" : "up"}`;
}

function pageText(ordering: string, order: MediaOrder): string {
  const ties = order === "media_id" ? "" : ", media_id";
  const all = `${ordering}${ties}`;
  // Sorted by their ids alone: what is skipped, in whole rows, makes a late page of a long list take seconds.
  const page = `select media_id from local_media_repository where user_id = ? order by ${all} limit ? offset ?`;
  return `select ${COLUMNS} from local_media_repository where media_id in (${page}) order by ${all}`;
}

/** A row of media as these statements read it. */
export interface AdministeredRow {
  readonly media_id: string;
  readonly media_type: string | null;
  readonly media_length: number | null;
  readonly created_ts: number | null;
  readonly upload_name: string | null;
  readonly user_id: string | null;
  readonly last_access_ts: number | null;
  readonly quarantined_by: string | null;
  /** A number in SQLite, as is `authenticated`. */
  readonly safe_from_quarantine: number | boolean;
  readonly url_cache: string | null;
  readonly authenticated: number | boolean;
  readonly sha256: string | null;
}

/** The media of a row. */
export function readAdministered(row: AdministeredRow): AdministeredMedia {
  return {
    mediaId: row.media_id,
    mediaType: row.media_type,
    mediaLength: row.media_length,
    createdTs: row.created_ts,
    uploadName: row.upload_name,
    userId: row.user_id,
    lastAccessTs: row.last_access_ts,
    quarantinedBy: row.quarantined_by,
    isProtected: Boolean(row.safe_from_quarantine),
    urlCache: row.url_cache,
    authenticated: Boolean(row.authenticated),
    sha256: row.sha256,
  };
}

/** A row as `uploaders` reads it. */
export interface UploaderRow {
  readonly user_id: string;
  readonly media_count: number;
  readonly media_bytes: number;
}

/** The sums of a row. */
export function readUploader({ user_id, media_count, media_bytes }: UploaderRow): UploaderSums {
  return { userId: user_id, mediaCount: media_count, mediaBytes: media_bytes };
}
