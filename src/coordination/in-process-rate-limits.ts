import type { RateLimits, TooOften } from "../media/upload/rate-limits.ts";
import { RateLimiter, type RateLimit } from "../util/concurrency/rate-limiter.ts";

/** What users have used of one rate in this process. */
export class InProcessRateLimits implements RateLimits {
  readonly #limiter: RateLimiter;

  constructor(limit: RateLimit) {
    this.#limiter = new RateLimiter(limit);
  }

  async take(userId: string, nowMs: number): Promise<TooOften | undefined> {
    return this.#limiter.take(userId, nowMs);
  }
}
