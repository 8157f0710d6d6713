/** Actions a second, and the size of a burst beyond that. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burstCount: number;
}

/** How much a key had used at a time. */
interface Level {
  count: number;
  atMs: number;
}

const SWEEP_AT_LEAST = 1024;
/** A clock that went back by less may go forward again at once. */
const PUT_BACK_MS = 10_000;
/**
 * Leaking in fractions leaves a remainder that is not an action. A caller that waits as long as it was told is well
 * below it.
 */
const REST = 1e-6;

/**
 * Limits each key to a rate: a bucket that fills by one an action and leaks steadily. Refused actions do not count. With
 * `maxKeys`, the key that acted least recently is forgotten for a new one.
 */
export class RateLimiter {
  readonly #levels = new Map<string, Level>();
  readonly #limit: RateLimit;
  readonly #maxKeys: number;
  #sweepAtSize = SWEEP_AT_LEAST;

  constructor(limit: RateLimit, { maxKeys = Infinity }: { readonly maxKeys?: number } = {}) {
    this.#limit = limit;
    this.#maxKeys = maxKeys;
  }

  /**
   * Counts an action of a key, or one that weighs as much as several. Where it is refused, returns when to try again:
   * `retryAfterMs`, undefined where waiting does not help. Times are milliseconds.
   */
  take(key: string, nowMs: number, weight = 1): { readonly retryAfterMs: number | undefined } | undefined {
    const { perSecond, burstCount } = this.#limit;
    const level = this.#levels.get(key);
    // The clock was put back: what the key has used leaks from now on, and not from then.
    if (level !== undefined && level.atMs > nowMs + PUT_BACK_MS) level.atMs = nowMs;
    const count = this.#countAt(level, nowMs);
    const excess = count + weight - burstCount;
    if (excess > REST) {
      this.#refresh(key);
      const helps = perSecond > 0 && burstCount >= weight;
      return { retryAfterMs: helps ? Math.ceil(((excess - REST / 2) / perSecond) * 1000) : undefined };
    }
    this.#levels.delete(key);
    this.#levels.set(key, { count: count + weight, atMs: nowMs });
    if (this.#levels.size > this.#maxKeys) this.#forgetOldest();
    if (this.#levels.size >= this.#sweepAtSize) this.#sweep(nowMs);
    return undefined;
  }

  /** Puts a key at the end: a map keeps the order in which its keys came. One that is refused is not forgotten either. */
  #refresh(key: string): void {
    const level = this.#levels.get(key);
    if (level === undefined || this.#maxKeys === Infinity) return;
    this.#levels.delete(key);
    this.#levels.set(key, level);
  }

  #forgetOldest(): void {
    for (const key of this.#levels.keys()) {
      this.#levels.delete(key);
      return;
    }
  }

  #countAt(level: Level | undefined, nowMs: number): number {
    if (level === undefined) return 0;
    return Math.max(0, level.count - (Math.max(0, nowMs - level.atMs) / 1000) * this.#limit.perSecond);
  }

  /**
   * Forgets keys that have used nothing. The next time is when there are twice as many keys as are left, so that a call
   * costs little on average.
   */
  #sweep(nowMs: number): void {
    for (const [key, level] of this.#levels) if (this.#countAt(level, nowMs) === 0) this.#levels.delete(key);
    this.#sweepAtSize = Math.max(SWEEP_AT_LEAST, 2 * this.#levels.size);
  }
}
