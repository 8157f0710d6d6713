import { matrixError } from "../../errors.ts";

/** A refusal: when to try again, undefined where waiting does not help. */
export interface TooOften {
  readonly retryAfterMs: number | undefined;
}

/** Limits each user to one rate, whichever instance is asked. Refused actions do not count. */
export interface RateLimits {
  /** Counts an action of a user, or resolves to its refusal. Times are milliseconds since the epoch. */
  take(userId: string, nowMs: number): Promise<TooOften | undefined>;
}

/**
 * The answer to a request that comes too often, with when to try again.
 *
 * @param setting the key of the configuration that decides
 * @param retryAfterMs undefined where waiting does not help
 */
export function tooManyRequests(setting: string, retryAfterMs: number | undefined): Error {
  const facts = { setting };
  if (retryAfterMs === undefined) return matrixError("TOO_MANY_REQUESTS", { facts });
  return matrixError("TOO_MANY_REQUESTS", {
    facts,
    fields: { retry_after_ms: retryAfterMs },
    headers: { "Retry-After": String(Math.ceil(retryAfterMs / 1000)) },
  });
}
