import { ThumbnailFailure, type ThumbnailJob, type ThumbnailResult } from "../media/thumbnails/thumbnailer.ts";

/** A job that waits for a child. */
export interface WaitingJob {
  readonly job: ThumbnailJob;
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

/** Jobs in the order in which they come to a child: urgent ones first, and each kind in the order of its asking. */
export class WaitingJobs {
  readonly #limits: WaitingLimits;
  readonly #urgent = new Set<WaitingJob>();
  readonly #others = new Set<WaitingJob>();

  constructor(limits: WaitingLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#urgent.size + this.#others.size;
  }

  /**
   * Resolves with the result of a job that it takes in. Rejects with `BUSY` where too many wait, and where the signal
   * fires while it waits.
   */
  add(job: ThumbnailJob, { urgent, signal }: { urgent: boolean; signal?: AbortSignal }): Promise<ThumbnailResult> {
    const { maxWaiting, maxWaitingUrgent } = this.#limits;
    const isFull = urgent ? this.#urgent.size >= maxWaitingUrgent : this.#others.size >= maxWaiting;
    if (isFull) return Promise.reject(new ThumbnailFailure("BUSY", "too many thumbnails wait to be made"));
    if (signal?.aborted === true) return Promise.reject(waitedTooLong());
    return new Promise((resolve, reject) => {
      const waiting = { job, resolve, reject };
      (urgent ? this.#urgent : this.#others).add(waiting);
      signal?.addEventListener("abort", () => this.#remove(waiting) && reject(waitedTooLong()), { once: true });
    });
  }

  /** The next job, which does not wait any more. */
  take(): WaitingJob | undefined {
    const [next] = this.#urgent.size > 0 ? this.#urgent : this.#others;
    if (next !== undefined) this.#remove(next);
    return next;
  }

  /** Makes the jobs of this path urgent. */
  hurry(path: string): void {
    for (const waiting of this.#others) {
      if (waiting.job.path !== path) continue;
      this.#others.delete(waiting);
      this.#urgent.add(waiting);
    }
  }

  #remove(waiting: WaitingJob): boolean {
    return this.#urgent.delete(waiting) || this.#others.delete(waiting);
  }
}

function waitedTooLong(): ThumbnailFailure {
  return new ThumbnailFailure("BUSY", "the thumbnail waited too long for its turn");
}
