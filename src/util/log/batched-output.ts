import { pino } from "pino";
import type { LogDestination } from "./log-destination.ts";

/** Makes the text that is written of a JSON line; both end with a line break. */
export type LineFormat = (line: string) => string;

/** A batch of lines is written at this length, or at this age. */
const BATCH_LENGTH = 8 * 1024;
const BATCH_MS = 100;
/** pino's number for `warn`. */
const WARN = 40;

/**
 * One write for each line would cost a small request more than everything else. Lines below `warn` may wait for others
 * for a tenth of a second; warnings and errors are written at once, and nothing is lost at an orderly end.
 */
export class BatchedOutput {
  /** Makes pino set `lastLevel` before each line. */
  readonly [pino.symbols.needsMetadataGsym] = true;
  lastLevel = 0;
  readonly #destination: LogDestination;
  readonly #format: LineFormat | undefined;
  #lines = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(destination: LogDestination, format?: LineFormat) {
    this.#destination = destination;
    this.#format = format;
    process.once("exit", this.#flush);
  }

  write(line: string): void {
    this.#lines += this.#format === undefined ? line : this.#format(line);
    if (this.lastLevel >= WARN || this.#lines.length >= BATCH_LENGTH) this.#flush();
    else this.#timer ??= setTimeout(this.#flush, BATCH_MS).unref();
  }

  /** Writes what waits. Resolves once all is written, after `deadlineMs` at the latest. */
  drain(deadlineMs: number): Promise<void> {
    this.#flush();
    return this.#destination.drain(deadlineMs);
  }

  readonly #flush = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#lines;
    this.#lines = "";
    if (lines === "") return;
    const lost = this.#destination.takeLost();
    this.#destination.write(lost === undefined ? lines : this.#tellOfLost(lost) + lines);
  };

  #tellOfLost({ lines, reason }: { lines: number; reason: string }): string {
    const facts = { level: WARN, time: new Date().toISOString(), lines, reason, msg: LOST };
    const line = `${JSON.stringify(facts)}\n`;
    return this.#format === undefined ? line : this.#format(line);
  }
}

const LOST = "the log could not be written for a while: lines were left out";
