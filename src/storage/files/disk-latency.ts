import { performance } from "node:perf_hooks";

/** `auto` measures; `sync` and `async` are for disks whose speed is known. */
export type DiskIo = "auto" | "sync" | "async";

const SLOW_AVERAGE_MS = 5;
/** The weight of the newest call in the moving average. One wait for a processor does not mean a slow disk. */
const NEWEST = 1 / 32;
const PAUSE_MS = 30_000;

/**
 * Whether the disk is fast enough to be called on the event loop, where a call costs several times less than through a
 * thread. At an average of 5 ms, calls go through threads for 30 s; then the event loop is tried again.
 */
export class DiskLatency {
  readonly #io: DiskIo;
  readonly #nowMs: () => number;
  #averageMs = 0;
  #slowUntilMs = 0;

  constructor(io: DiskIo, nowMs: () => number = () => performance.now()) {
    this.#io = io;
    this.#nowMs = nowMs;
  }

  get isFast(): boolean {
    if (this.#io !== "auto") return this.#io === "sync";
    return this.#slowUntilMs === 0 || this.#nowMs() >= this.#slowUntilMs;
  }

  /** Makes a synchronous call and measures it. */
  time<T>(call: () => T): T {
    const startedMs = this.#nowMs();
    try {
      return call();
    } finally {
      this.#learn(startedMs);
    }
  }

  #learn(startedMs: number): void {
    const endedMs = this.#nowMs();
    this.#averageMs += (endedMs - startedMs - this.#averageMs) * NEWEST;
    if (this.#averageMs <= SLOW_AVERAGE_MS) return;
    this.#slowUntilMs = endedMs + PAUSE_MS;
    this.#averageMs = 0;
  }
}
