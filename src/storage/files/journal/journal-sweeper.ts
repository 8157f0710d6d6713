import type { Logger } from "../../../util/log.ts";
import { WorkerThread } from "../../../util/threads/worker-thread.ts";
import type { SweepBatch } from "./journal-sweeper-thread.ts";

export interface SweeperOptions {
  readonly log: Logger;
  /** How long a name waits for others, to be removed together; milliseconds, 2,000 by default. */
  readonly afterMs?: number;
}

const AFTER_MS = 2_000;
const AFTER_NAMES = 2_000;
/** A service that takes no uploads for this long gets the memory of the thread back. */
const IDLE_MS = 10_000;

/**
 * Removes temporary names of uploads in batches, each after the folders with their final names have been flushed. A
 * thread does both: a message with a thousand names costs a fraction of a hand-over for each call.
 */
export class JournalSweeper {
  readonly #log: Logger;
  readonly #afterMs: number;
  #names: string[] = [];
  #folders = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  readonly #thread = new WorkerThread<SweepBatch, void>({
    module: new URL("./journal-sweeper-thread", import.meta.url),
    idleMs: IDLE_MS,
  });

  constructor({ log, afterMs = AFTER_MS }: SweeperOptions) {
    this.#log = log;
    this.#afterMs = afterMs;
  }

  /** @param folders those in which the upload made names: they are flushed before the temporary name is removed */
  add(name: string, folders: readonly string[]): void {
    this.#names.push(name);
    for (const folder of folders) this.#folders.add(folder);
    if (this.#names.length >= AFTER_NAMES) void this.#sweep();
    else this.#wait();
  }

  /** Removes all names that wait now. Never rejects: what cannot be removed keeps waiting. */
  async sweep(): Promise<void> {
    await this.#sweeping;
    await this.#sweep();
  }

  /** Removes what is left; what cannot be removed stays for the next start. Never rejects. */
  async close(): Promise<void> {
    await this.sweep();
    clearTimeout(this.#timer);
    await this.#thread.close();
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => void this.#sweep(), this.#afterMs).unref();
  }

  /** One sweep at a time; what arrives during a sweep waits for the next. */
  #sweep(): Promise<void> {
    this.#sweeping ??= this.#sweepNow().finally(() => (this.#sweeping = undefined));
    return this.#sweeping;
  }

  async #sweepNow(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const names = this.#names;
    if (names.length === 0) return;
    const folders = [...this.#folders];
    this.#names = [];
    this.#folders = new Set();
    try {
      await this.#thread.ask({ folders, names });
    } catch (error) {
      this.#log.warn({ err: error, names: names.length }, "folders of media could not be flushed to disk");
      for (const folder of folders) this.#folders.add(folder);
      this.#names = [...names, ...this.#names];
    }
    if (this.#names.length > 0) this.#wait();
  }
}
