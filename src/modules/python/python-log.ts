import { RateLimiter } from "../../util/concurrency/rate-limiter.ts";
import type { Level, Logger } from "../../util/log.ts";
import { requestFacts } from "../../util/http/request-ids.ts";

const LEVELS: Record<string, Level> = {
  debug: "debug",
  info: "info",
  warning: "warn",
  error: "error",
  critical: "fatal",
};
/** In characters of the log: a module that logs more would keep the service busy with nothing else. */
const MAX_FLOW = { perSecond: 500_000, burstCount: 5_000_000 };
/** What a line costs besides its text. */
const LINE_CHARACTERS = 200;
/** How often the log says what is left out. */
const REPORT_MS = 1_000;
/** The shim itself makes few records, and some of them only once. */
const OWN = "media_bridge_shim";

/** The output of a Python child in the service's log, up to a limit. */
export class PythonLog {
  readonly #log: Logger;
  readonly #limiter = new RateLimiter(MAX_FLOW);
  #leftOut = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * Logs a record of the shim: Python's `logging`, or what a module printed, with level, logger name and traceback. The
   * module, its callback and the request's number, where they are known, have the same fields as in the service's own
   * lines.
   */
  record(record: Readonly<Record<string, unknown>>): void {
    const { level, message, request, module, callback, ...python } = record;
    const text = String(message);
    if (!String(python["logger"]).startsWith(OWN) && !this.#admit(text)) return;
    const facts = {
      ...(typeof request === "number" && requestFacts(request)),
      ...(module !== undefined && { module }),
      ...(callback !== undefined && { callback }),
      python,
    };
    this.#log[LEVELS[String(level)] ?? "info"](facts, text);
  }

  /** Logs a line whose origin is unknown. */
  text(text: string): void {
    if (this.#admit(text)) this.#log.info({ python: { logger: "stdout" } }, text);
  }

  #admit(text: string): boolean {
    if (this.#limiter.take("", performance.now(), LINE_CHARACTERS + text.length) === undefined) return true;
    if (this.#leftOut === 0) setTimeout(() => this.#report(), REPORT_MS).unref();
    this.#leftOut += 1;
    return false;
  }

  #report(): void {
    this.#log.warn({ lines: this.#leftOut }, "Python prints more than the log takes: lines were left out");
    this.#leftOut = 0;
  }
}
