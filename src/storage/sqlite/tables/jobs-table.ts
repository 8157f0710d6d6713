import type { JobCounts, JobLease, JobRecord, JobRows } from "../../../media/maintenance/job-rows.ts";
import { JOB_SQL, type JobRow, readJob } from "../../sql/job-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";

/** {@link JobRows} in SQLite. */
export class JobsTable implements JobRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof JOB_SQL>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#statements = db.prepare(JOB_SQL);
  }

  list(): Promise<JobRecord[]> {
    return this.#db.read(() => (this.#statements.list.all() as JobRow[]).map(readJob));
  }

  claim({ name, owner }: JobLease, nowTs: number, untilTs: number, dueEveryMs?: number): Promise<boolean> {
    const { add, claim, claimDue } = this.#statements;
    return this.#db.write(() => {
      add.run(name);
      // A lease of another process may have begun a moment later than this one by its own clock, but not much.
      const bound = [owner, untilTs, nowTs, name, owner, nowTs, untilTs + (untilTs - nowTs)];
      const isDue = dueEveryMs === undefined ? undefined : [nowTs, nowTs + dueEveryMs];
      return (isDue ? claimDue.run(...bound, ...isDue) : claim.run(...bound)).changes > 0;
    });
  }

  renew({ name, owner }: JobLease, untilTs: number, { done, failed }: JobCounts): Promise<boolean> {
    return this.#db.write(() => this.#statements.renew.run(untilTs, done, failed, name, owner).changes > 0);
  }

  async release({ name, owner }: JobLease, run: Parameters<JobRows["release"]>[1]): Promise<void> {
    const { endedTs, done, failed, lastError = null, nextTs } = run;
    await this.#db.write(() => this.#statements.release.run(endedTs, done, failed, lastError, nextTs, name, owner));
  }
}
