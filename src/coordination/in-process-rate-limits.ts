import type { RateLimits, TooOften } from "../media/upload/rate-limits.ts";
import { RateLimiter, type RateLimit } from "../util/concurrency/rate-limiter.ts";

/** A client that comes from ever new addresses takes no more memory than so many. */
const MAX_KEYS = 10_000;

/** What users have used of one rate in this process. */
export class InProcessRateLimits implements RateLimits {
  readonly #limiter: RateLimiter;

  constructor(limit: RateLimit) {
    this.#limiter = new RateLimiter(limit, { maxKeys: MAX_KEYS });
  }

  async take(userId: string, nowMs: number): Promise<TooOften | undefined> {
    return this.#limiter.take(userId, nowMs);
  }
}
