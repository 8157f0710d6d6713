import {
  ThumbnailFailure,
  type RunOptions,
  type ThumbnailJob,
  type ThumbnailResult,
} from "../media/thumbnails/thumbnailer.ts";
import { FairQueue } from "../util/concurrency/fair-queue.ts";

/** A job that waits for a child. */
export interface WaitingJob {
  readonly job: ThumbnailJob;
  /** Whose turn it takes. */
  readonly user: string;
  resolve(result: ThumbnailResult): void;
  reject(failure: ThumbnailFailure): void;
}

/** How many may wait. */
export interface WaitingLimits {
  /** Jobs that no client waits for. */
  readonly maxWaiting: number;
  /** Jobs that a client waits for. */
  readonly maxWaitingUrgent: number;
}

/**
 * Jobs in the order in which they come to a child: urgent ones first. Among each kind users take turns, so that no user
 * waits for all costly pictures of another; the jobs of one user are in the order of their asking.
 */
export class WaitingJobs {
  readonly #limits: WaitingLimits;
  readonly #urgent = new FairQueue<WaitingJob>();
  readonly #others = new FairQueue<WaitingJob>();

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#urgent.size + this.#others.size;
  }

  /**
   * Resolves with the result of a job that it takes in. Rejects with `BUSY` where too many wait, and where the signal
   * fires while it waits. Where the queue is full, a job takes the place of the latest one of the user who has most of
   * them waiting, if that user has more than its own would have.
   */
  add(job: ThumbnailJob, { urgent, user = "", signal }: RunOptions): Promise<ThumbnailResult> {
    const { maxWaiting, maxWaitingUrgent } = this.#limits;
    const queue = urgent ? this.#urgent : this.#others;
    if (signal?.aborted === true) return Promise.reject(waitedTooLong());
    if (queue.size >= (urgent ? maxWaitingUrgent : maxWaiting)) {
      const other = queue.takeFromLongest(queue.commonOf(user) + 1);
      if (other === undefined) return Promise.reject(tooMany());
      other.reject(tooMany());
    }
    return new Promise((resolve, reject) => {
      const waiting = { job, user, resolve, reject };
      queue.push(user, waiting, false);
      signal?.addEventListener("abort", () => this.#giveUp(waiting), { once: true });
    });
  }

  /** The next job, which does not wait any more. */
  take(): WaitingJob | undefined {
    return this.#urgent.shift() ?? this.#others.shift();
  }

  /** Makes the jobs of this path urgent. */
  hurry(path: string): void {
    for (const waiting of this.#others.takeWhere(({ job }) => job.path === path)) {
      this.#urgent.push(waiting.user, waiting, false);
    }
  }

  /** Rejects a job; one that does not wait any more has been settled, or is at a child. */
  #giveUp(waiting: WaitingJob): void {
    const before = this.size;
    for (const queue of [this.#urgent, this.#others]) queue.remove(waiting.user, waiting);
    if (this.size < before) waiting.reject(waitedTooLong());
  }
}

function tooMany(): ThumbnailFailure {
  return new ThumbnailFailure("BUSY", "too many thumbnails wait to be made");
}

function waitedTooLong(): ThumbnailFailure {
  return new ThumbnailFailure("BUSY", "the thumbnail waited too long for its turn");
}
