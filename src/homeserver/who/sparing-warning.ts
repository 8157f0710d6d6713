import type { Logger } from "../../util/log.ts";
import type { HomeserverError } from "../homeserver-error.ts";

const WARN_EVERY_MS = 10_000;

/** Logs a frequent failure with one line in a while, with the number of those in between. */
export class SparingWarning {
  readonly #log: Logger;
  readonly #message: string;
  #lastWarnedMs = Number.NEGATIVE_INFINITY;
  #unreported = 0;

  constructor(log: Logger, message: string) {
    this.#log = log;
    this.#message = message;
  }

  warn(error: HomeserverError, nowMs: number): void {
    if (nowMs - this.#lastWarnedMs < WARN_EVERY_MS) {
      this.#unreported += 1;
      return;
    }
    this.#log.warn({ code: error.code, reason: error.message, unreported: this.#unreported }, this.#message);
    this.#lastWarnedMs = nowMs;
    this.#unreported = 0;
  }
}
