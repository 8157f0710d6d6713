/** One piece of a job's work: at most a hundred things. */
export interface JobPiece {
  /** How many things were removed; in a trial, how many would be. */
  readonly done: number;
  /** How many could not be. The log says why. */
  readonly failed?: number;
}

/** How a job runs. */
export interface JobRun {
  /** Milliseconds since the epoch. */
  readonly nowTs: number;
  /** Whether nothing is changed, and things are only counted. */
  readonly isTrial: boolean;
}

/** Work that repeats. */
export interface Job {
  /** Its name in commands, metrics and the log. */
  readonly name: string;
  /** What it does, in a few words. */
  readonly description: string;
  /** What is counted, such as `media`. */
  readonly things: string;
  /** How often it runs by itself, in milliseconds. */
  readonly everyMs: number;
  /** The key of the configuration without which there is nothing to do; undefined where there is something. */
  readonly missingKey?: string | undefined;
  /**
   * Does the work piece by piece. Between two pieces it may be ended for good: what is left is done by the next run.
   * Rejects where it cannot continue.
   */
  run(run: JobRun): AsyncIterable<JobPiece>;
}

/** What is counted about jobs. */
export interface JobCounters {
  jobConfigured(job: string): void;
  jobStarted(job: string): void;
  jobPiece(job: string, piece: JobPiece): void;
  /** `succeeded`, `failed`, or `interrupted` by a stop or by the loss of its lease. */
  jobEnded(job: string, outcome: JobOutcome): void;
}

export type JobOutcome = "succeeded" | "failed" | "interrupted";
