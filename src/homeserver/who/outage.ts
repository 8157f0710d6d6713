import type { Logger } from "../../util/log.ts";
import { retryAfterSecondsOf, type HomeserverError } from "../homeserver-error.ts";
import { SparingWarning } from "./sparing-warning.ts";

/** The longest pause, whatever the homeserver asks for: a user who has logged out stays known until it is asked. */
const MAX_PAUSE_SECONDS = 30;

/** Whether the homeserver answers at present, and when it is worth asking again about a user who is known anyway. */
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

  /** Notes a failure. However many there are, the log gets one line in a while. */
  begin(error: HomeserverError, nowMs: number): void {
    this.#retryAtMs = nowMs + Math.min(retryAfterSecondsOf(error), MAX_PAUSE_SECONDS) * 1000;
    this.#warning.warn(error, nowMs);
  }

  /** The homeserver answers, even if it refuses. */
  end(): void {
    this.#retryAtMs = undefined;
  }
}
