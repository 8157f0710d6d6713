import type { JobReport } from "../../jobs/run-job.ts";
import type { JobStatus } from "../../jobs/schedule.ts";

/** A job, as commands show it. Plain JSON; times are milliseconds since the epoch, null where there is none. */
export interface JobDescription {
  readonly name: string;
  readonly description: string;
  /** What is counted, such as `media`. */
  readonly things: string;
  /** The key of the configuration without which there is nothing to do; null where there is something. */
  readonly missingKey: string | null;
  /** Whether it runs now, in this process or in another that holds its lease. */
  readonly isRunning: boolean;
  /** Of the run under way, or else of the last one. */
  readonly done: number;
  readonly failed: number;
  readonly endedTs: number | null;
  readonly nextTs: number | null;
  readonly lastError: string | null;
}

/** What a run came to. Plain JSON. */
export interface RunDescription {
  readonly job: string;
  readonly things: string;
  readonly isTrial: boolean;
  readonly outcome: JobReport["outcome"];
  readonly done: number;
  readonly failed: number;
  readonly error: string | null;
}

/** What commands show of a job. */
export function describeJob({ job, record, progress }: JobStatus, nowTs: number): JobDescription {
  const { done = 0, failed = 0 } = progress ?? record ?? {};
  return {
    name: job.name,
    description: job.description,
    things: job.things,
    missingKey: job.missingKey ?? null,
    isRunning: progress !== undefined || (record?.leaseUntilTs ?? 0) > nowTs,
    done,
    failed,
    endedTs: record?.endedTs ?? null,
    nextTs: record?.nextTs ?? null,
    lastError: record?.lastError ?? null,
  };
}

/** What commands show of a run. */
export function describeRun(
  { name, things }: Pick<JobStatus["job"], "name" | "things">,
  { outcome, done, failed, error }: JobReport,
  isTrial: boolean,
): RunDescription {
  return { job: name, things, isTrial, outcome, done, failed, error: error?.message ?? null };
}
