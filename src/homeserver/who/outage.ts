import type { Logger } from "../../util/log.ts";
import { retryAfterSecondsOf, type HomeserverError } from "../homeserver-error.ts";
import { SparingWarning } from "./sparing-warning.ts";

/** However long it wants to be left alone: a user who was logged out meanwhile stays known until it is asked. */
const MAX_PAUSE_SECONDS = 30;

/** Whether the homeserver answers at present, and when it is worth asking again for a user who is known anyway. */
export class Outage {
  readonly #warning: SparingWarning;
  #retryAtMs: number | undefined;

  constructor(log: Logger) {
    this.#warning = new SparingWarning(log, "the homeserver cannot be asked which user makes a request");
  }

  /** Whether the homeserver did not answer when it was last asked. */
  get isOn(): boolean {
    return this.#retryAtMs !== undefined;
  }

  isRetryDue(nowMs: number): boolean {
    return this.#retryAtMs !== undefined && nowMs >= this.#retryAtMs;
  }

  /** Notes a failure, with one line in the log in a while, however many there are. */
  begin(error: HomeserverError, nowMs: number): void {
    this.#retryAtMs = nowMs + Math.min(retryAfterSecondsOf(error), MAX_PAUSE_SECONDS) * 1000;
    this.#warning.warn(error, nowMs);
  }

  /** The homeserver answers, be it with a refusal. */
  end(): void {
    this.#retryAtMs = undefined;
  }
}
