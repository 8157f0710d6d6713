import type { Logger } from "../../util/log.ts";
import { RateLimiter } from "../../util/concurrency/rate-limiter.ts";
import type { Refusal } from "./refusal.ts";
import type { RefusalBounds, RefusalRows } from "./refusal-rows.ts";

/** Refusals of a second share a commit. */
const FLUSH_MS = 1_000;
/** So many may wait for it. */
const MAX_WAITING = 1_000;
/** Of one user: a client that tries again and again must not push out what others want to know. */
const MOST_OF_USER = { perSecond: 1 / 60, burstCount: 100 };
const PRUNE_MS = 3_600_000;
const REPORT_MS = 60_000;

/**
 * Writes refusals down a moment after their answers: no request waits for it. What is too much, or cannot be written,
 * is left out, and the log says so.
 */
export class KeptRefusals {
  readonly #rows: RefusalRows;
  readonly #log: Logger;
  readonly #limiter = new RateLimiter(MOST_OF_USER);
  /** By itself: where much is not enforced, what is really refused is still kept. */
  readonly #wouldLimiter = new RateLimiter(MOST_OF_USER);
  #bounds: RefusalBounds = { keepForMs: 0, maxRows: 0 };
  #waiting: Refusal[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #leftOut = 0;
  readonly #pruner: NodeJS.Timeout;

  constructor(rows: RefusalRows, log: Logger) {
    this.#rows = rows;
    this.#log = log;
    this.#pruner = setInterval(() => this.#schedule(0), PRUNE_MS).unref();
  }

  /** How long and how many from now on; what is over that is removed. */
  keepWithin(bounds: RefusalBounds): void {
    this.#bounds = bounds;
    this.#schedule(0);
  }

  /** A request was refused, or would have been. */
  add(refusal: Refusal): void {
    const { keepForMs, maxRows } = this.#bounds;
    if (keepForMs === 0 || maxRows === 0) return;
    const limiter = refusal.isEnforced ? this.#limiter : this.#wouldLimiter;
    const isTooMuch = limiter.take(refusal.userId ?? "", refusal.refusedTs) !== undefined;
    if (isTooMuch || this.#waiting.length >= MAX_WAITING) return this.#leaveOut();
    this.#waiting.push(refusal);
    this.#schedule(FLUSH_MS);
  }

  /** Writes what waits. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** Writes what waits, and nothing after that. */
  async close(): Promise<void> {
    clearInterval(this.#pruner);
    await this.flush();
    clearTimeout(this.#timer);
  }

  #schedule(afterMs: number): void {
    this.#timer ??= setTimeout(() => void this.flush(), afterMs).unref();
  }

  async #write(): Promise<void> {
    const refusals = this.#waiting;
    this.#waiting = [];
    try {
      if (refusals.length > 0) await this.#rows.add(refusals);
      const { keepForMs, maxRows } = this.#bounds;
      while ((await this.#rows.prune(Date.now() - keepForMs, maxRows)) > 0);
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed) {
        this.#log.warn({ err: error }, "refusals cannot be kept: media-bridge refusals will not tell of them");
      }
      this.#hasFailed = true;
    }
  }

  #leaveOut(): void {
    if (this.#leftOut === 0) setTimeout(() => this.#report(), REPORT_MS).unref();
    this.#leftOut += 1;
  }

  #report(): void {
    this.#log.warn({ leftOut: this.#leftOut }, "more requests are refused than are kept for media-bridge refusals");
    this.#leftOut = 0;
  }
}
