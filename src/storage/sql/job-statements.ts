import type { JobRecord } from "../../media/maintenance/job-rows.ts";

/** A lease that ends later than any process would have it was written by a clock that was wrong. */
const IS_FREE = "(owner is null or owner = ? or lease_until is null or lease_until <= ? or lease_until > ?)";

/** The statements about who runs which job. */
export const JOB_SQL = {
  list: "select name, owner, lease_until, started_ts, ended_ts, done, failed, last_error, next_ts from media_bridge_jobs order by name",
  add: "insert into media_bridge_jobs (name) values (?) on conflict (name) do nothing",
  claim: `update media_bridge_jobs set owner = ?, lease_until = ?, started_ts = ?, done = 0, failed = 0 where name = ? and ${IS_FREE}`,
  claimDue: `update media_bridge_jobs set owner = ?, lease_until = ?, started_ts = ?, done = 0, failed = 0 where name = ? and ${IS_FREE} and (next_ts is null or next_ts <= ? or next_ts > ?)`,
  renew: "update media_bridge_jobs set lease_until = ?, done = ?, failed = ? where name = ? and owner = ?",
  release:
    "update media_bridge_jobs set owner = null, lease_until = null, ended_ts = ?, done = ?, failed = ?, last_error = ?, next_ts = ? where name = ? and owner = ?",
} as const;

/** A row of the table. */
export interface JobRow {
  readonly name: string;
  readonly owner: string | null;
  readonly lease_until: number | null;
  readonly started_ts: number | null;
  readonly ended_ts: number | null;
  readonly done: number;
  readonly failed: number;
  readonly last_error: string | null;
  readonly next_ts: number | null;
}

/** The content of a row. */
export function readJob(row: JobRow): JobRecord {
  return {
    name: row.name,
    owner: row.owner ?? undefined,
    leaseUntilTs: row.lease_until ?? undefined,
    startedTs: row.started_ts ?? undefined,
    endedTs: row.ended_ts ?? undefined,
    done: row.done,
    failed: row.failed,
    lastError: row.last_error ?? undefined,
    nextTs: row.next_ts ?? undefined,
  };
}
