import type { JobLease, JobRows } from "../media/maintenance/job-rows.ts";
import type { Clock } from "../util/clock.ts";
import type { Logger } from "../util/log.ts";
import type { Job, JobCounters, JobOutcome } from "./job.ts";

/** How long a process that was killed keeps others from a job. */
const LEASE_MS = 60_000;
/** A piece that takes long does not lose the lease. */
const RENEW_MS = 20_000;
/** What was interrupted is continued as soon after a start. */
const AGAIN_MS = 60_000;

export interface RunParts {
  readonly rows: JobRows;
  /** The name of this process among all that share the database. */
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: JobCounters;
}

export interface RunOptions {
  readonly isTrial: boolean;
  /** Whether a job that is not due yet, since another process has run it, is left alone. */
  readonly onlyDue: boolean;
  /** Ends the run between two pieces. */
  readonly signal: AbortSignal;
  /** Told after each piece. */
  readonly onProgress?: (progress: JobProgress) => void;
}

/** What a run came to so far. */
export interface JobProgress {
  readonly done: number;
  readonly failed: number;
}

/** What a run came to. */
export interface JobReport extends JobProgress {
  readonly outcome: JobOutcome;
  /** Why it failed. */
  readonly error?: Error;
}

/**
 * Runs a job once, under its lease; resolves to undefined where another process has it, or it is not due. A trial
 * changes nothing, and takes no lease.
 */
export async function runJob(job: Job, parts: RunParts, options: RunOptions): Promise<JobReport | undefined> {
  const { rows, owner, clock, log, counters } = parts;
  const startedTs = clock.now();
  if (options.isTrial) return work(job, startedTs, options, async () => true);
  const lease = { name: job.name, owner };
  const dueEveryMs = options.onlyDue ? job.everyMs : undefined;
  if (!(await rows.claim(lease, startedTs, startedTs + LEASE_MS, dueEveryMs))) return undefined;
  counters.jobStarted(job.name);
  const held = holdLease(lease, parts);
  const report = await work(job, startedTs, options, async (progress, piece) => {
    counters.jobPiece(job.name, piece);
    return held.renew(progress);
  });
  held.end();
  counters.jobEnded(job.name, report.outcome);
  tell(job, report, log);
  const endedTs = clock.now();
  const nextTs = report.outcome === "interrupted" ? endedTs + AGAIN_MS : endedTs + job.everyMs;
  await rows.release(lease, { ...report, endedTs, nextTs, lastError: report.error?.message });
  return report;
}

/** Does the work; never rejects. `afterPiece` says whether to continue. */
async function work(
  job: Job,
  nowTs: number,
  { isTrial, signal, onProgress }: RunOptions,
  afterPiece: (progress: JobProgress, piece: { done: number; failed: number }) => Promise<boolean>,
): Promise<JobReport> {
  let done = 0;
  let failed = 0;
  try {
    for await (const piece of job.run({ nowTs, isTrial })) {
      done += piece.done;
      failed += piece.failed ?? 0;
      onProgress?.({ done, failed });
      const goesOn = await afterPiece({ done, failed }, { done: piece.done, failed: piece.failed ?? 0 });
      if (!goesOn || signal.aborted) return { done, failed, outcome: "interrupted" };
    }
    return { done, failed, outcome: "succeeded" };
  } catch (error) {
    return { done, failed, outcome: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Renews a lease, after each piece and in between. */
function holdLease(
  lease: JobLease,
  { rows, clock, log }: RunParts,
): { renew(progress: JobProgress): Promise<boolean>; end(): void } {
  let last: JobProgress = { done: 0, failed: 0 };
  let isLost = false;
  let cancel: () => void;
  const renew = async () => {
    if (!isLost && !(await rows.renew(lease, clock.now() + LEASE_MS, last))) {
      isLost = true;
      log.warn({ job: lease.name }, "another process has taken over this job: its lease had ended");
    }
    return !isLost;
  };
  const beat = () => {
    cancel = clock.after(RENEW_MS, () => {
      // A database that cannot be written ends the run at its next piece.
      void renew().catch(() => undefined);
      beat();
    });
  };
  beat();
  return {
    renew(progress) {
      last = progress;
      return renew();
    },
    end: () => cancel(),
  };
}

function tell({ name: job, things }: Job, { outcome, done, failed, error }: JobReport, log: Logger): void {
  const facts = { job, done, failed };
  if (outcome === "failed") log.error({ ...facts, err: error }, "a job failed; it is tried again when it is due again");
  else if (outcome === "interrupted") log.info(facts, "a job was interrupted; it continues later");
  else if (done + failed > 0) log.info(facts, `a job has ended: ${things} were removed`);
}
