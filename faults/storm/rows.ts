import { join } from "node:path";
import Database from "better-sqlite3";

/** A row of media that are stored. */
export interface StoredRow {
  readonly media_id: string;
  readonly user_id: string;
  readonly media_length: number;
  readonly sha256: string;
}

const STORED =
  "select media_id, user_id, media_length, sha256 from local_media_repository where media_length is not null";

/** A row of a thumbnail. */
export interface ThumbnailRow {
  readonly media_id: string;
  readonly thumbnail_width: number;
  readonly thumbnail_height: number;
  readonly thumbnail_type: string;
  readonly thumbnail_method: string;
  readonly thumbnail_length: number;
}

/** The rows of all thumbnails. */
export function readThumbnails(folder: string): ThumbnailRow[] {
  return read(folder, "select * from local_media_repository_thumbnails");
}

/** All media that have content. */
export function readStored(folder: string): StoredRow[] {
  return read(folder, STORED);
}

/** The id under which a user's upload is stored, undefined where it is not. */
export function findStored(folder: string, userId: string, sha256: string): string | undefined {
  return read(folder, `${STORED} and user_id = ? and sha256 = ?`, [userId, sha256])[0]?.media_id;
}

/** Closes the database at once: what stays open would keep the service from recovering it as after a crash. */
function read<Row = StoredRow>(folder: string, sql: string, values: readonly string[] = []): Row[] {
  const database = new Database(join(folder, "data/media.db"), { readonly: true });
  try {
    return database.prepare<string[], Row>(sql).all(...values);
  } finally {
    database.close();
  }
}
