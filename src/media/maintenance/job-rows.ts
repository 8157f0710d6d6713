/** What is known of a job. Times are milliseconds since the epoch. */
export interface JobRecord {
  readonly name: string;
  /** The process that runs it, where its lease has not ended; undefined where none does. */
  readonly owner: string | undefined;
  readonly leaseUntilTs: number | undefined;
  readonly startedTs: number | undefined;
  /** Of the last run that ended. */
  readonly endedTs: number | undefined;
  /** Of the run under way, or else of the last one. */
  readonly done: number;
  readonly failed: number;
  /** Why the last run failed; undefined where it did not. */
  readonly lastError: string | undefined;
  /** When it is due by itself; undefined where it has never run. */
  readonly nextTs: number | undefined;
}

/** A lease: who runs a job, and until when no other process may. */
export interface JobLease {
  readonly name: string;
  readonly owner: string;
}

/** What a run came to so far. */
export interface JobCounts {
  readonly done: number;
  readonly failed: number;
}

/**
 * Who runs which job: the lease keeps a job to one process at a time, whichever processes share the database. A process
 * that is killed holds its leases until they end.
 */
export interface JobRows {
  list(): Promise<readonly JobRecord[]>;
  /**
   * Takes the lease of a job until `untilTs`, and begins a run. False where another process has it; with `dueEveryMs`,
   * how often it runs, also where the job is not due at `nowTs`: another process may have run it meanwhile. What a clock
   * wrote that was wrong does not count: a lease that ends, or a run that is due, later than it ever would.
   */
  claim(lease: JobLease, nowTs: number, untilTs: number, dueEveryMs?: number): Promise<boolean>;
  /** Extends a lease, with what the run came to so far. False where it was lost. */
  renew(lease: JobLease, untilTs: number, counts: JobCounts): Promise<boolean>;
  /** Ends a run: `nextTs` is when the job is due again. Nothing happens where the lease was lost. */
  release(
    lease: JobLease,
    run: JobCounts & { readonly endedTs: number; readonly nextTs: number; readonly lastError: string | undefined },
  ): Promise<void>;
}
