import { writeSync } from "node:fs";
import type { LogDestination, LostLines } from "./log-destination.ts";
import { countLines } from "./count-lines.ts";

const LINE_BREAK = 0x0a;

/** A file, or a device: it takes bytes at once, or fails. What fails is not tried again, and the next lines are. */
export class FileDestination implements LogDestination {
  readonly #fd: number;
  #lostLines = 0;
  #reason = "";
  #isFailing = false;
  #isTorn = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(lines: string): void {
    const before = this.#isTorn ? "\n" : "";
    const bytes = Buffer.from(before + lines);
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.#fd, bytes, done);
      this.#isFailing = false;
    } catch (error) {
      this.#isFailing = true;
      this.#reason = (error as NodeJS.ErrnoException).code ?? String(error);
      this.#lostLines += countLines(bytes.toString("utf8", Math.max(done, before.length)));
    }
    // The disk was full in the middle of a line: the next one is to begin where a line begins.
    if (done > 0) this.#isTorn = bytes[done - 1] !== LINE_BREAK;
  }

  takeLost(): LostLines | undefined {
    if (this.#lostLines === 0 || this.#isFailing) return undefined;
    const lost = { lines: this.#lostLines, reason: this.#reason };
    this.#lostLines = 0;
    return lost;
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }
}
