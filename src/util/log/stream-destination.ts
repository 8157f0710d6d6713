import type { Writable } from "node:stream";
import type { LogDestination, LostLines } from "./log-destination.ts";
import { countLines } from "./count-lines.ts";

/** How many characters may wait for the reader: the memory that a log costs which is not read. */
export const MAX_WAITING = 1024 * 1024;

/** A pipe, a socket or a terminal. While its reader is behind, lines wait; past {@link MAX_WAITING}, new ones are left out. */
export class StreamDestination implements LogDestination {
  readonly #stream: Writable;
  #lostLines = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
    // The reader of the log is gone: the service continues without it.
    stream.on("error", () => undefined);
  }

  write(lines: string): void {
    if (this.#stream.writable && this.#stream.writableLength < MAX_WAITING) this.#stream.write(lines);
    else this.#lostLines += countLines(lines);
  }

  takeLost(): LostLines | undefined {
    if (this.#lostLines === 0 || !this.#stream.writable || this.#stream.writableLength >= MAX_WAITING) return undefined;
    const lost = { lines: this.#lostLines, reason: "what reads the log was too slow" };
    this.#lostLines = 0;
    return lost;
  }

  drain(deadlineMs: number): Promise<void> {
    const stream = this.#stream;
    if (!stream.writable || stream.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, deadlineMs);
      // It is called once everything before it is written, or cannot be.
      stream.write("", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
