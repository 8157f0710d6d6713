import { readFile } from "node:fs/promises";
import type { Logger } from "../../util/log.ts";
import type { Child } from "./child.ts";

const LOOK_EVERY_MS = 250;

/**
 * Ends a child whose resident memory exceeds a limit: its calls are answered as after any crash, and its successor
 * starts small. A sudden flood reaches the child's own limit first, where the failed allocation is the module's own
 * error.
 */
export class MemoryGuard {
  readonly #child: Child;
  readonly #maxBytes: number;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;

  constructor(child: Child, maxBytes: number, log: Logger) {
    this.#child = child;
    this.#maxBytes = maxBytes;
    this.#log = log.child({ pid: child.pid });
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#child.hasExited) return;
    this.#isLooking = true;
    const residentBytes = await readResidentBytes(this.#child.pid);
    this.#isLooking = false;
    if (residentBytes === undefined || residentBytes <= this.#maxBytes || this.#child.hasExited) return;
    this.stop();
    this.#log.error({ residentBytes, maxBytes: this.#maxBytes }, "the child passed python.max_memory and is killed");
    this.#child.kill();
  }
}

/** Undefined where the process is gone, and on systems without /proc. */
async function readResidentBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "latin1").catch(() => "");
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
