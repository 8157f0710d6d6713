import type { CreatedId, KnownUsage, UpstreamMedia } from "../../guard/records.ts";

/** Represents every user without a row of their own. No user id looks like it. */
export const EVERYBODY = "*";

/** The statements about uploads that were passed on to a Synapse. */
export const GUARD_SQL = {
  begin: "insert into media_bridge_upstream_pending (upload_id, user_id, started_ts) values (?, ?, ?)",
  forget: "delete from media_bridge_upstream_pending where upload_id = ?",
  doubt: "insert into media_bridge_upstream_pending (upload_id, user_id, started_ts, doubted_ts) values (?, ?, ?, ?)",
  doubtAll: "update media_bridge_upstream_pending set doubted_ts = ? where doubted_ts is null",
  resolve: "delete from media_bridge_upstream_pending where user_id = ? and doubted_ts < ?",
  isDoubted: "select 1 from media_bridge_upstream_pending where user_id = ? and doubted_ts is not null limit 1",
  addMedia:
    "insert into media_bridge_uploads (media_id, user_id, uploaded_ts, media_length, sha256) values (?, ?, ?, ?, ?) on conflict (media_id) do nothing",
  addCreated:
    "insert into media_bridge_upstream_created (media_id, user_id, expires_ts) values (?, ?, ?) on conflict (media_id) do update set user_id = excluded.user_id, expires_ts = excluded.expires_ts",
  dropExpired: "delete from media_bridge_upstream_created where expires_ts < ?",
  created: "select user_id, expires_ts from media_bridge_upstream_created where media_id = ?",
  isUploaded: "select 1 from media_bridge_uploads where media_id = ?",
  lastRead: "select since_ts, read_ts from media_bridge_usage where user_id = ?",
  markRead:
    "insert into media_bridge_usage (user_id, since_ts, read_ts) values (?, ?, ?) on conflict (user_id) do update set since_ts = excluded.since_ts, read_ts = excluded.read_ts",
  unfinishedImport: "select started_ts from media_bridge_usage_import where finished_ts is null",
  clearImports: "delete from media_bridge_usage_import",
  startImport: "insert into media_bridge_usage_import (started_ts) values (?)",
  finishImport: "update media_bridge_usage_import set finished_ts = ?",
} as const;

/** Parameters of `addMedia`, in the order of its text. */
export function bindUpstreamMedia(media: UpstreamMedia): unknown[] {
  const { mediaId, userId, uploadedTs, mediaLength, sha256 } = media;
  return [mediaId, userId, uploadedTs, mediaLength, sha256];
}

/** A row as `created` reads it. */
export interface CreatedRow {
  readonly user_id: string;
  readonly expires_ts: number;
}

/** The id of a row. */
export function readCreated({ user_id, expires_ts }: CreatedRow, isUploaded: boolean): CreatedId {
  return { userId: user_id, expiresTs: expires_ts, isUploaded };
}

/** A row as `lastRead` reads it. */
export interface UsageRow {
  readonly since_ts: number;
  readonly read_ts: number;
}

/** The content of a row about a user's usage. */
export function readUsage({ since_ts, read_ts }: UsageRow): KnownUsage {
  return { sinceTs: since_ts, readTs: read_ts };
}
