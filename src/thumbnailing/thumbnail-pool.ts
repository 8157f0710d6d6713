import { availableParallelism } from "node:os";
import {
  type RunOptions,
  ThumbnailFailure,
  type Thumbnailer,
  type ThumbnailJob,
  type ThumbnailResult,
} from "../media/thumbnails/thumbnailer.ts";
import type { Logger } from "../util/log.ts";
import { type ChildLimits, DecodingChild } from "./children/decoding-child.ts";
import { readDecoderVersion } from "./decoder-version.ts";
import { type WaitingJob, WaitingJobs, type WaitingLimits } from "./waiting-jobs.ts";

/** Limits of a pool. What is not given is as {@link DEFAULT_LIMITS} says. */
export interface PoolLimits extends ChildLimits, WaitingLimits {
  /** How many children decode side by side. */
  readonly maxChildren: number;
  /** A child without a job ends after this time. Milliseconds. */
  readonly idleMs: number;
  /** A child ends after this many jobs: decoders lose memory. */
  readonly jobsPerChild: number;
  /** After a child could not be started, how long jobs are refused before another try. Milliseconds. */
  readonly retryMs: number;
}

/** One processor is left to the service. */
export const DEFAULT_LIMITS: PoolLimits = {
  maxChildren: Math.max(1, availableParallelism() - 1),
  maxDataMb: 400,
  jobMs: 15_000,
  startMs: 15_000,
  maxWaiting: 200,
  maxWaitingUrgent: 500,
  idleMs: 60_000,
  jobsPerChild: 500,
  retryMs: 10_000,
};

/** Makes thumbnails in child processes, which are started when there is work. */
export class ThumbnailPool implements Thumbnailer {
  readonly decoder = readDecoderVersion();
  readonly #log: Logger;
  readonly #limits: PoolLimits;
  readonly #waiting: WaitingJobs;
  readonly #children = new Set<DecodingChild>();
  /** Children without a job, the latest last, with what ends them. */
  readonly #idle = new Map<DecodingChild, NodeJS.Timeout>();
  /** Why jobs are refused: the pool is closed, or no child could be started a moment ago. */
  #refusal: ThumbnailFailure | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(log: Logger, limits: Partial<PoolLimits> = {}) {
    this.#log = log;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#waiting = new WaitingJobs(this.#limits);
  }

  /** How many jobs wait for a child. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** The processes that are running. */
  get pids(): readonly number[] {
    return [...this.#children].flatMap(({ pid }) => pid ?? []);
  }

  run(job: ThumbnailJob, options: RunOptions): Promise<ThumbnailResult> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal);
    const result = this.#waiting.add(job, options);
    this.#assign();
    return result;
  }

  hurry(path: string): void {
    this.#waiting.hurry(path);
  }

  async close(): Promise<void> {
    const failure = new ThumbnailFailure("UNAVAILABLE", "the service stops");
    this.#isClosed = true;
    this.#refuse(failure);
    for (const timer of this.#idle.values()) clearTimeout(timer);
    this.#idle.clear();
    for (const child of this.#children) child.end(failure);
    await Promise.all([...this.#children].map(({ ended }) => ended));
  }

  /** Gives waiting jobs to children, and starts those that are missing. */
  #assign(): void {
    while (this.#waiting.size > 0) {
      const child = this.#takeIdle() ?? this.#start();
      if (child === undefined) return;
      const waiting = this.#waiting.take();
      if (waiting === undefined) return;
      void this.#work(child, waiting);
    }
  }

  /** The child that was idle for the shortest time: the others can end. */
  #takeIdle(): DecodingChild | undefined {
    const [child, timer] = [...this.#idle].at(-1) ?? [];
    if (child === undefined) return undefined;
    clearTimeout(timer);
    this.#idle.delete(child);
    return child;
  }

  #start(): DecodingChild | undefined {
    if (this.#children.size >= this.#limits.maxChildren) return undefined;
    const child = new DecodingChild(this.#limits);
    this.#children.add(child);
    void child.ended.then(() => this.#forget(child));
    return child;
  }

  #forget(child: DecodingChild): void {
    clearTimeout(this.#idle.get(child));
    this.#idle.delete(child);
    this.#children.delete(child);
    this.#assign();
  }

  async #work(child: DecodingChild, waiting: WaitingJob): Promise<void> {
    try {
      waiting.resolve(await child.run(waiting.job));
    } catch (error) {
      const failure = error as ThumbnailFailure;
      this.#report(failure, waiting.job, child);
      waiting.reject(failure);
    }
    this.#release(child);
  }

  #release(child: DecodingChild): void {
    if (child.hasEnded || this.#isClosed) return;
    if (child.jobs >= this.#limits.jobsPerChild) {
      child.end();
      return;
    }
    this.#idle.set(
      child,
      setTimeout(() => {
        this.#idle.delete(child);
        child.end();
      }, this.#limits.idleMs),
    );
    this.#assign();
  }

  #report(failure: ThumbnailFailure, { path, mediaType }: ThumbnailJob, child: DecodingChild): void {
    const { code } = failure;
    const facts = { code, path, mediaType, pid: child.pid, err: failure };
    if (this.#isClosed) return;
    if (!child.hasEnded) this.#log.debug(facts, "a picture has no thumbnail");
    else if (code === "UNAVAILABLE") this.#pause(failure);
    else this.#log.warn(facts, "a child that decodes pictures has ended within a job, which fails");
  }

  /** Every job would fail for a while, and each would start a process for it. */
  #pause(failure: ThumbnailFailure): void {
    const { retryMs } = this.#limits;
    this.#log.error(
      { err: failure, retryMs },
      "no child that decodes pictures can be started: there are no new thumbnails until one can. " +
        "Look whether sharp is installed for this platform, and whether the system lets the service start processes",
    );
    this.#refuse(failure);
    this.#retryTimer = setTimeout(() => (this.#refusal = undefined), retryMs).unref();
  }

  #refuse(failure: ThumbnailFailure): void {
    clearTimeout(this.#retryTimer);
    this.#refusal = failure;
    for (let waiting = this.#waiting.take(); waiting; waiting = this.#waiting.take()) waiting.reject(failure);
  }
}
