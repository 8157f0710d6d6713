import type { Refusal } from "../../media/refusals/refusal.ts";

/** The columns in the order of {@link bindRefusal}. */
const COLUMNS =
  "refused_ts, request_id, user_id, method, route, status, errcode, code, answered_by, module, callback, setting, " +
  "declared_bytes, received_bytes, limit_bytes, limit_period_ms, limit_sent_bytes, cause, is_enforced";

/** How many rows one commit removes: a turn of the event loop must stay short. */
const PRUNED_AT_ONCE = 500;

/** The statements about requests that were refused. */
export const REFUSAL_SQL = {
  insert: `insert into media_bridge_refusals (${COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  pruneOld: `delete from media_bridge_refusals where refusal_id in
    (select refusal_id from media_bridge_refusals where refused_ts < ? order by refused_ts limit ${PRUNED_AT_ONCE})`,
  // Ids count up without gaps but for what was pruned before.
  pruneMany: `delete from media_bridge_refusals where refusal_id in
    (select refusal_id from media_bridge_refusals where refusal_id <= (select max(refusal_id) from media_bridge_refusals) - ?
      order by refusal_id limit ${PRUNED_AT_ONCE})`,
  last: `select ${COLUMNS} from media_bridge_refusals order by refusal_id desc limit ?`,
} as const;

/** The statements of a look at them, oldest first. */
export const REFUSAL_QUERY_SQL = {
  since: `select ${COLUMNS} from media_bridge_refusals where refused_ts >= ? order by refused_ts, refusal_id`,
  ofUser: `select ${COLUMNS} from media_bridge_refusals where user_id = ? and refused_ts >= ? order by refused_ts, refusal_id`,
} as const;

/** Parameters of `insert`, in the order of its text. */
export function bindRefusal(refusal: Refusal): unknown[] {
  const { refusedTs, requestId, userId, method, route, status, errcode, code, answeredBy } = refusal;
  const { module, callback, setting, declaredBytes, receivedBytes } = refusal;
  const { limitBytes, limitPeriodMs, limitSentBytes, cause, isEnforced } = refusal;
  return [
    refusedTs,
    requestId,
    userId,
    method,
    route,
    status,
    errcode,
    code,
    answeredBy,
    module,
    callback,
    setting,
    declaredBytes,
    receivedBytes,
    limitBytes,
    limitPeriodMs,
    limitSentBytes,
    cause,
    isEnforced ? 1 : 0,
  ];
}

/** A row as these statements read it. */
export interface RefusalRow {
  readonly refused_ts: number;
  readonly request_id: string;
  readonly user_id: string | null;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly errcode: string | null;
  readonly code: string | null;
  readonly answered_by: string | null;
  readonly module: string | null;
  readonly callback: string | null;
  readonly setting: string | null;
  readonly declared_bytes: number | null;
  readonly received_bytes: number;
  readonly limit_bytes: number | null;
  readonly limit_period_ms: number | null;
  readonly limit_sent_bytes: number | null;
  readonly cause: string | null;
  readonly is_enforced: 0 | 1;
}

/** The refusal of a row. */
export function readRefusal(row: RefusalRow): Refusal {
  return {
    refusedTs: row.refused_ts,
    requestId: row.request_id,
    userId: row.user_id,
    method: row.method,
    route: row.route,
    status: row.status,
    errcode: row.errcode,
    code: row.code,
    answeredBy: row.answered_by,
    module: row.module,
    callback: row.callback,
    setting: row.setting,
    declaredBytes: row.declared_bytes,
    receivedBytes: row.received_bytes,
    limitBytes: row.limit_bytes,
    limitPeriodMs: row.limit_period_ms,
    limitSentBytes: row.limit_sent_bytes,
    cause: row.cause,
    isEnforced: row.is_enforced === 1,
  };
}
