import { Setbacks } from "./setbacks.ts";

/** A job under way: all of its content that is made at the time. Those who wait for it keep it from being given up. */
export class ThumbnailJob {
  readonly #giveUp = new AbortController();
  #waiters = 0;
  #isUrgent = false;
  #hurry: (() => void) | undefined;
  /** What it makes, of which media; empty where requests do not ask for the same. */
  readonly purpose: string;
  /** Settles when the job has ended; rejects with its failure. */
  readonly ended: Promise<void>;

  constructor(work: (job: ThumbnailJob) => Promise<void>, purpose: string) {
    this.purpose = purpose;
    this.ended = Promise.resolve().then(() => work(this));
    this.ended.catch(() => undefined);
  }

  /** Whether a client waits for it. */
  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** Fires when what waits for its turn is wanted no more. */
  get signal(): AbortSignal {
    return this.#giveUp.signal;
  }

  /** The job waits for a turn; `hurry` moves it forward. */
  waitsForTurn(hurry: () => void): void {
    this.#hurry = hurry;
  }

  /** Waits for the job as a client (`urgent`) or as what made it; call what is returned once, when the wait is over. */
  join({ urgent }: { readonly urgent: boolean }): () => void {
    this.#waiters += 1;
    if (urgent && !this.#isUrgent) {
      this.#isUrgent = true;
      this.#hurry?.();
    }
    return () => {
      this.#waiters -= 1;
      if (this.#waiters === 0) this.#giveUp.abort();
    };
  }
}

/**
 * The jobs that make thumbnails, one of a content at a time: equal bytes are decoded once. It outlives a reload, so that
 * two generations do not make the same.
 */
export class ThumbnailJobs {
  /** The media of which they failed lately. */
  readonly setbacks = new Setbacks();
  readonly #jobs = new Map<string, ThumbnailJob>();

  /** How many are under way or wait. */
  get size(): number {
    return this.#jobs.size;
  }

  /** The job of a content that is under way or waits. */
  find(content: string): ThumbnailJob | undefined {
    return this.#jobs.get(content);
  }

  /** Begins the job of a content that has none under way, and waits for it as `join` does. */
  begin(content: string, work: (job: ThumbnailJob) => Promise<void>, purpose = ""): ThumbnailJob {
    const job = new ThumbnailJob(async (own) => {
      try {
        await work(own);
      } finally {
        this.#jobs.delete(content);
      }
    }, purpose);
    this.#jobs.set(content, job);
    return job;
  }

  /** Resolves once none is under way. */
  async settled(): Promise<void> {
    while (this.#jobs.size > 0) await Promise.allSettled([...this.#jobs.values()].map(({ ended }) => ended));
  }
}
