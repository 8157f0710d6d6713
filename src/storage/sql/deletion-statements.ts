import { storedMedia, type StoredMedia, type ThumbnailInfo } from "../../media-file.ts";
import type { Deletion, DeletionCandidate } from "../../media/deletion/deletion-rows.ts";

const CANDIDATE =
  "media_id, media_length, created_ts, last_access_ts, quarantined_by, safe_from_quarantine, url_cache from local_media_repository";
const DUE =
  "d.media_id, d.files, d.is_unknown, s.attempts from media_bridge_deletion_steps s join media_bridge_deletions d on d.media_id = s.media_id where s.step = ?";

/** The statements by which media is deleted, and about what is left to be done then. */
export const DELETION_SQL = {
  candidate: `select ${CANDIDATE} where media_id = ?`,
  candidates: `select ${CANDIDATE} where media_id > ? and media_length is not null order by media_id limit ?`,
  thumbnails:
    "select thumbnail_width, thumbnail_height, thumbnail_type, thumbnail_method, thumbnail_length from local_media_repository_thumbnails where media_id = ?",
  deleteThumbnails: "delete from local_media_repository_thumbnails where media_id = ?",
  deleteCopies: "delete from media_bridge_pending_stores where file_id = ? and server_name is null",
  add: "insert into media_bridge_deletions (media_id, files, deleted_ts, is_unknown) values (?, ?, ?, ?)",
  addStep: "insert into media_bridge_deletion_steps (step, media_id, next_ts) values (?, ?, ?)",
  steps: "select distinct step from media_bridge_deletion_steps",
  due: `select ${DUE} and s.next_ts <= ? order by s.next_ts limit ?`,
  dueAfter: `select ${DUE} and s.next_ts > ? order by s.next_ts limit ?`,
  nextDue: "select min(next_ts) as next_ts from media_bridge_deletion_steps where step = ? and next_ts > ?",
  stepDone: "delete from media_bridge_deletion_steps where media_id = ? and step = ?",
  done: "delete from media_bridge_deletions where media_id = ? and not exists (select 1 from media_bridge_deletion_steps s where s.media_id = media_bridge_deletions.media_id)",
  postpone: "update media_bridge_deletion_steps set attempts = ?, next_ts = ? where media_id = ? and step = ?",
  count: "select count(*) as deletions from media_bridge_deletions",
} as const;

/** A row as `candidate` and `candidates` read it. */
export interface CandidateRow {
  readonly media_id: string;
  readonly media_length: number | null;
  readonly created_ts: number;
  readonly last_access_ts: number | null;
  readonly quarantined_by: string | null;
  /** A number in SQLite. */
  readonly safe_from_quarantine: number | boolean;
  readonly url_cache: string | null;
}

/** What the row of media says about its deletion. */
export function readCandidate(row: CandidateRow): DeletionCandidate {
  return {
    mediaId: row.media_id,
    mediaLength: row.media_length ?? 0,
    lastUsedTs: row.last_access_ts ?? row.created_ts,
    isSpared: row.quarantined_by !== null || Boolean(row.safe_from_quarantine) || row.url_cache !== null,
  };
}

/** A thumbnail as `thumbnails` reads it. */
export interface DeletedThumbnailRow {
  readonly thumbnail_width: number;
  readonly thumbnail_height: number;
  readonly thumbnail_type: string;
  readonly thumbnail_method: ThumbnailInfo["method"];
  readonly thumbnail_length: number | null;
}

/** The files of local media: the media itself, and its thumbnails. */
export function filesOf(
  { media_id: fileId, url_cache }: Pick<CandidateRow, "media_id" | "url_cache">,
  thumbnails: readonly DeletedThumbnailRow[],
): StoredMedia[] {
  const media = { fileId, urlCache: url_cache !== null };
  const ofMedia = thumbnails.map((row) =>
    storedMedia({
      ...media,
      thumbnail: {
        width: row.thumbnail_width,
        height: row.thumbnail_height,
        method: row.thumbnail_method,
        type: row.thumbnail_type,
        length: row.thumbnail_length ?? 0,
      },
    }),
  );
  return [storedMedia(media), ...ofMedia];
}

/** A row of the journal, with one of its steps. */
export interface DeletionRow {
  readonly media_id: string;
  readonly files: string;
  /** A number in SQLite. */
  readonly is_unknown: number | boolean;
  readonly attempts: number;
}

/** The deletion of a row. */
export function readDeletion(row: DeletionRow): Deletion {
  return {
    mediaId: row.media_id,
    files: (JSON.parse(row.files) as StoredMedia[]).map((file) => storedMedia(file)),
    isUnknown: Boolean(row.is_unknown),
    attempts: row.attempts,
  };
}
