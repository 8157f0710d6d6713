/** A refusal: when to try again, undefined where waiting does not help. */
export interface TooOften {
  readonly retryAfterMs: number | undefined;
}

/** Limits each user to one rate, whichever instance is asked. Refused actions do not count. */
export interface RateLimits {
  /** Counts an action of a user, or resolves to its refusal. Times are milliseconds since the epoch. */
  take(userId: string, nowMs: number): Promise<TooOften | undefined>;
}
