import type { Logger } from "../util/log.ts";
import type { HomeserverError } from "./homeserver-error.ts";

const WARN_EVERY_MS = 10_000;
/** After a failure, where the homeserver named no time of its own. */
const RETRY_AFTER_SECONDS = 5;
/** However long it wants to be left alone: whoever was logged out meanwhile stays known until it is asked. */
const MAX_PAUSE_SECONDS = 30;

/** Whether the homeserver answers at present, and when it is worth asking again for somebody who is known anyway. */
export class Outage {
  readonly #log: Logger;
  #retryAtMs: number | undefined;
  #lastWarnedMs = Number.NEGATIVE_INFINITY;
  #unreported = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Whether the last question to be answered or given up was given up. */
  get isOn(): boolean {
    return this.#retryAtMs !== undefined;
  }

  isRetryDue(nowMs: number): boolean {
    return this.#retryAtMs !== undefined && nowMs >= this.#retryAtMs;
  }

  /** Notes a failure, with one line in the log in a while, however many there are. Answers the seconds for `Retry-After`. */
  begin(error: HomeserverError, nowMs: number): number {
    const retryAfterSeconds = error.retryAfterSeconds ?? RETRY_AFTER_SECONDS;
    this.#retryAtMs = nowMs + Math.min(retryAfterSeconds, MAX_PAUSE_SECONDS) * 1000;
    if (nowMs - this.#lastWarnedMs < WARN_EVERY_MS) {
      this.#unreported += 1;
    } else {
      const facts = { code: error.code, reason: error.message, unreported: this.#unreported };
      this.#log.warn(facts, "the homeserver cannot be asked who is asking");
      this.#lastWarnedMs = nowMs;
      this.#unreported = 0;
    }
    return retryAfterSeconds;
  }

  /** The homeserver answered, be it with a refusal. */
  end(): void {
    this.#retryAtMs = undefined;
  }
}
