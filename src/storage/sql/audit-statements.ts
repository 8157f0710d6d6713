import type { AuditedRow } from "../../media/audit/verification.ts";

const ROWS = `select m.media_id, m.media_length, m.sha256, u.media_length as counted_bytes,
    (select count(*) from media_bridge_pending_stores s where s.file_id = m.media_id and s.thumbnail is null) as waiting
  from local_media_repository m left join media_bridge_uploads u on u.media_id = m.media_id
  where m.media_length is not null`;

/** The statements of an audit. */
export const AUDIT_SQL = {
  count: "select count(*) as media from local_media_repository where media_length is not null",
  page: `${ROWS} and m.media_id > ? order by m.media_id limit ?`,
  find: `${ROWS} and m.media_id = ?`,
  isStored: "select 1 from local_media_repository where media_id = ? and media_length is not null",
  isDeleted: "select 1 from media_bridge_deletions where media_id = ?",
  isKnown: `select 1 where exists (select 1 from local_media_repository where media_id = ?)
    or exists (select 1 from media_bridge_uploads where media_id = ?)`,
} as const;

/** A row as `page` and `find` read it. */
export interface AuditRow {
  readonly media_id: string;
  readonly media_length: number;
  readonly sha256: string | null;
  readonly counted_bytes: number | null;
  readonly waiting: number;
}

/** The content of a row. */
export function readAudited(row: AuditRow): AuditedRow {
  return {
    mediaId: row.media_id,
    mediaLength: row.media_length,
    sha256: row.sha256,
    countedBytes: row.counted_bytes,
    waitingProviders: row.waiting,
  };
}
