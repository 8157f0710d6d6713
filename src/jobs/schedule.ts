import { StartError } from "../errors.ts";
import type { JobRecord, JobRows } from "../media/maintenance/job-rows.ts";
import { within } from "../util/concurrency/with-timeout.ts";
import type { Job } from "./job.ts";
import { runJob, type JobProgress, type JobReport, type RunParts } from "./run-job.ts";

/** A job that has never run waits this long after a start, so that it does not compete with it. */
const FIRST_RUN_MS = 60_000;
/** How often a job is looked at that another process has. */
const LOOK_AGAIN_MS = 60_000;
/** Longer than any timer should run. */
const LONGEST_WAIT_MS = 3_600_000;

/** A job, and what is known of its runs. */
export interface JobStatus {
  readonly job: Job;
  readonly record: JobRecord | undefined;
  /** Of the run under way in this process. */
  readonly progress: JobProgress | undefined;
}

/** Runs jobs when they are due, and when an operator wants one to run: one at a time. */
export class JobSchedule {
  readonly #jobs: readonly Job[];
  readonly #parts: RunParts;
  readonly #ending = new AbortController();
  readonly #timers = new Map<Job, () => void>();
  readonly #progress = new Map<Job, JobProgress>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(jobs: readonly Job[], parts: RunParts) {
    this.#jobs = jobs;
    this.#parts = parts;
    for (const { name } of jobs) parts.counters.jobConfigured(name);
  }

  /** From now on, jobs run by themselves. Rejects where the database cannot be read. */
  async begin(): Promise<void> {
    const { rows, clock } = this.#parts;
    const records = await listByName(rows);
    for (const job of this.#jobs) {
      if (job.missingKey !== undefined) continue;
      const waitMs = (records.get(job.name)?.nextTs ?? Infinity) - clock.now();
      // Later than it ever is due: it has never run, or a clock that was wrong wrote the time.
      this.#wait(job, waitMs > job.everyMs ? FIRST_RUN_MS : waitMs);
    }
  }

  /** All jobs, in their order. */
  async list(): Promise<JobStatus[]> {
    const records = await listByName(this.#parts.rows);
    return this.#jobs.map((job) => ({ job, record: records.get(job.name), progress: this.#progress.get(job) }));
  }

  /**
   * Runs a job now, whether or not it is due. Rejects with a StartError: `CONFIG` where no job has this name, or it has
   * nothing to do; `LISTEN` where another process runs it.
   */
  async runNow(name: string, isTrial: boolean): Promise<{ readonly job: Job; readonly report: JobReport }> {
    const job = this.#jobs.find((candidate) => candidate.name === name);
    if (job === undefined) {
      const names = this.#jobs.map((known) => known.name).join(", ");
      throw new StartError("CONFIG", `no job has the name ${JSON.stringify(name)}; the jobs are ${names}`);
    }
    if (job.missingKey !== undefined) {
      throw new StartError("CONFIG", `the job ${name} has nothing to do: ${job.missingKey} is not configured`);
    }
    const report = await this.#run(job, { isTrial, onlyDue: false });
    if (report !== undefined) return { job, report };
    const { leaseUntilTs } = (await listByName(this.#parts.rows)).get(name) ?? {};
    const until = leaseUntilTs === undefined ? "" : ` (its lease ends at ${new Date(leaseUntilTs).toISOString()})`;
    throw new StartError("LISTEN", `another process runs the job ${name}${until}: try again later`);
  }

  /** Begins nothing more, and waits at most `graceMs` for the piece under way. */
  async stop(graceMs: number): Promise<void> {
    this.#ending.abort();
    for (const cancel of this.#timers.values()) cancel();
    await within(this.#turn, graceMs);
  }

  #wait(job: Job, waitMs: number): void {
    const boundedMs = Math.min(Math.max(waitMs, 1), LONGEST_WAIT_MS);
    this.#timers.set(
      job,
      this.#parts.clock.after(boundedMs, () => void this.#runDue(job)),
    );
  }

  async #runDue(job: Job): Promise<void> {
    const { rows, clock, log } = this.#parts;
    try {
      await this.#run(job, { isTrial: false, onlyDue: true });
      if (this.#ending.signal.aborted) return;
      const nextTs = (await listByName(rows)).get(job.name)?.nextTs ?? 0;
      this.#wait(job, Math.max(nextTs - clock.now(), nextTs > clock.now() ? 0 : LOOK_AGAIN_MS));
    } catch (error) {
      log.error({ err: error, job: job.name }, "a job could not be begun or ended; it is looked at again");
      if (!this.#ending.signal.aborted) this.#wait(job, LOOK_AGAIN_MS);
    }
  }

  /** In its turn; undefined where another process has the job, it is not due, or the schedule ends. */
  #run(job: Job, options: { readonly isTrial: boolean; readonly onlyDue: boolean }): Promise<JobReport | undefined> {
    const { signal } = this.#ending;
    const running = this.#turn.then(async () => {
      if (signal.aborted) return undefined;
      const onProgress = (progress: JobProgress) => this.#progress.set(job, progress);
      onProgress({ done: 0, failed: 0 });
      try {
        return await runJob(job, this.#parts, { ...options, signal, onProgress });
      } finally {
        this.#progress.delete(job);
      }
    });
    this.#turn = running.catch(() => undefined);
    return running;
  }
}

async function listByName(rows: JobRows): Promise<ReadonlyMap<string, JobRecord>> {
  return new Map((await rows.list()).map((record) => [record.name, record]));
}
