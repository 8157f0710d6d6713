import type { PendingStore } from "../../media/copies/pending-copies.ts";
import { mediaPath, storedMedia, type StoredMedia, type ThumbnailInfo } from "../../media-file.ts";

/** The statements about files that storage providers are still to get. */
export const COPIES_SQL = {
  insert:
    "insert into media_bridge_pending_stores (provider, path, server_name, file_id, thumbnail, next_ts) values (?, ?, ?, ?, ?, ?) on conflict (provider, path) do update set attempts = 0, next_ts = excluded.next_ts",
  due: "select provider, server_name, file_id, thumbnail, attempts from media_bridge_pending_stores where provider = ? and next_ts <= ? order by next_ts limit ?",
  dueAfter:
    "select provider, server_name, file_id, thumbnail, attempts from media_bridge_pending_stores where provider = ? and next_ts > ? order by next_ts limit ?",
  nextDue: "select min(next_ts) as next_ts from media_bridge_pending_stores where provider = ? and next_ts > ?",
  delete: "delete from media_bridge_pending_stores where provider = ? and path = ?",
  postpone:
    "update media_bridge_pending_stores set attempts = attempts + 1, next_ts = ? where provider = ? and path = ?",
  counts: "select provider, count(*) as files from media_bridge_pending_stores group by provider",
} as const;

/** Parameters of `insert`, in the order of its text. */
export function bindCopy(provider: string, file: StoredMedia, nextTs: number): unknown[] {
  const { serverName, fileId, thumbnail } = file;
  return [provider, mediaPath(file), serverName, fileId, thumbnail && JSON.stringify(thumbnail), nextTs];
}

/** A row as `due` reads it. The path is not read: it follows from the rest. */
export interface CopyRow {
  readonly provider: string;
  readonly server_name: string | null;
  readonly file_id: string;
  readonly thumbnail: string | null;
  readonly attempts: number;
}

/** The file of a row, and the provider that is to get it. */
export function readCopy({ provider, server_name, file_id, thumbnail, attempts }: CopyRow): PendingStore {
  const parsed = thumbnail === null ? null : (JSON.parse(thumbnail) as ThumbnailInfo);
  return { provider, file: storedMedia({ serverName: server_name, fileId: file_id, thumbnail: parsed }), attempts };
}
