import { pino } from "pino";

export type Level = "trace" | "debug" | "info" | "warn" | "error" | "fatal";

/** How all parts of the service log: pino's call form, `log.info({facts}, "message")`. */
export interface Logger {
  trace(facts: object, message: string): void;
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  fatal(facts: object, message: string): void;
  child(facts: object): Logger;
}

/** A batch of lines is written at this length, or at this age. */
const BATCH_LENGTH = 8 * 1024;
const BATCH_MS = 100;
/** pino's number for `warn`. */
const WARN = 40;

/** JSON lines on stdout. Errors are logged under `err` with their stack and cause. */
export function createLogger(level: Level): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, new BatchedOutput());
}

/**
 * One write for each line would cost a small request more than everything else. Lines below `warn` may wait for others
 * for a tenth of a second; warnings and errors are written at once, and nothing is lost at an orderly end.
 */
class BatchedOutput {
  /** Makes pino set `lastLevel` before each line. */
  readonly [pino.symbols.needsMetadataGsym] = true;
  lastLevel = 0;
  #lines = "";
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    // The reader of the log is gone: the service continues without it.
    process.stdout.on("error", () => undefined);
    process.once("exit", this.#flush);
  }

  write(line: string): void {
    this.#lines += line;
    if (this.lastLevel >= WARN || this.#lines.length >= BATCH_LENGTH) this.#flush();
    else this.#timer ??= setTimeout(this.#flush, BATCH_MS).unref();
  }

  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = "";
    if (lines !== "") process.stdout.write(lines);
  };
}
