import { backoff, spread } from "../../util/concurrency/backoff.ts";

/** When a crashed child is started again. All in milliseconds, where not said otherwise. */
export interface RestartOptions {
  /** The first wait; each further one doubles. 200 where not given. */
  readonly initialMs?: number;
  /**
   * The longest wait, and how long a child must live for the next wait to be the first again. 30,000 where not given.
   */
  readonly maxMs?: number;
  /** The random part of a wait, 0 to 1. 0.3 where not given. */
  readonly jitter?: number;
  /** This many crashes … 5 where not given. */
  readonly crashes?: number;
  /** … within this time open the breaker. 180,000 where not given. */
  readonly windowMs?: number;
  /** The wait while the breaker is open. 30,000 where not given. */
  readonly probeMs?: number;
}

const DEFAULTS = { initialMs: 200, maxMs: 30_000, jitter: 0.3, crashes: 5, windowMs: 180_000, probeMs: 30_000 };

/** Backoff with jitter, and a breaker that switches to slow probing when a child crashes again and again. */
export class RestartPolicy {
  readonly #options: Required<RestartOptions>;
  #crashTimes: number[] = [];
  /** Crashes in a row, without a long life in between. */
  #failures = 0;

  constructor(options: RestartOptions = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** A child crashed at `nowMs` after it lived for `lifeMs`: how long to wait, and whether the breaker is open. */
  recordCrash(nowMs: number, lifeMs: number): { delayMs: number; isBroken: boolean } {
    const { initialMs, maxMs, jitter, crashes, windowMs, probeMs } = this.#options;
    this.#crashTimes = [...this.#crashTimes.filter((time) => nowMs - time < windowMs), nowMs].slice(-crashes);
    if (lifeMs >= maxMs) this.#failures = 0;
    this.#failures += 1;
    const isBroken = this.#crashTimes.length >= crashes;
    const delayMs = isBroken
      ? spread(probeMs, jitter)
      : backoff(this.#failures, { firstMs: initialMs, lastMs: maxMs, jitter });
    return { delayMs, isBroken };
  }
}
