import { Worker } from "node:worker_threads";
import type { Logger } from "../../util/log.ts";

/**
 * The thread that flushes folders and then removes temporary names: a thousand of both in one message cost a fraction of
 * what a hand-over for each call does. Text, since a thread cannot be started from TypeScript on Node 20.
 */
const THREAD = `
const fs = require("node:fs");
const { parentPort } = require("node:worker_threads");
const isOneOf = (error, ...codes) => codes.includes(error.code);
function flush(folder) {
  let fd;
  try {
    fd = fs.openSync(folder, "r");
    fs.fsyncSync(fd);
  } catch (error) {
    // Gone: its media were deleted since. The others: a file system that flushes no folders.
    if (!isOneOf(error, "ENOENT", "EINVAL", "ENOTSUP", "EOPNOTSUPP")) throw error;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}
parentPort.on("message", ({ folders, names }) => {
  let failure = null;
  try {
    for (const folder of folders) flush(folder);
    for (const name of names) fs.rmSync(name, { force: true });
  } catch (error) {
    failure = String(error);
  }
  parentPort.postMessage(failure);
});
`;

export interface SweeperOptions {
  readonly log: Logger;
  /** How long names wait for others; milliseconds, 2,000 by default. */
  readonly afterMs?: number;
}

const AFTER_MS = 2_000;
const AFTER_NAMES = 2_000;

/** Removes temporary names of uploads in batches, each after the folders with their final names have been flushed. */
export class NameSweeper {
  readonly #log: Logger;
  readonly #afterMs: number;
  #names: string[] = [];
  #folders = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #sweeping: Promise<void> | undefined;
  #worker: Worker | undefined;
  #finish: ((failure: unknown) => void) | undefined;

  constructor({ log, afterMs = AFTER_MS }: SweeperOptions) {
    this.#log = log;
    this.#afterMs = afterMs;
  }

  /** @param folders Those in which the upload made names: they are flushed before the temporary name goes. */
  add(name: string, folders: readonly string[]): void {
    this.#names.push(name);
    for (const folder of folders) this.#folders.add(folder);
    if (this.#names.length >= AFTER_NAMES) void this.#sweep();
    else this.#wait();
  }

  /** Removes all that wait now. Never rejects: what cannot be removed waits on. */
  async sweep(): Promise<void> {
    await this.#sweeping;
    await this.#sweep();
  }

  /** Sweeps what is left; what cannot be swept stays for the next start. Never rejects. */
  async close(): Promise<void> {
    await this.sweep();
    clearTimeout(this.#timer);
    await this.#worker?.terminate();
  }

  #wait(): void {
    this.#timer ??= setTimeout(() => void this.#sweep(), this.#afterMs).unref();
  }

  /** One at a time; what comes meanwhile waits for the next. */
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
    const failure = await this.#run({ folders, names });
    if (failure !== null) {
      this.#log.warn({ err: failure, names: names.length }, "folders of media could not be flushed to disk");
      for (const folder of folders) this.#folders.add(folder);
      this.#names = [...names, ...this.#names];
    }
    if (this.#names.length > 0) this.#wait();
  }

  async #run(batch: { folders: string[]; names: string[] }): Promise<unknown> {
    const worker = (this.#worker ??= this.#start());
    const finished = new Promise<unknown>((resolve) => (this.#finish = resolve));
    worker.ref();
    worker.postMessage(batch);
    const failure = await finished;
    worker.unref();
    return failure;
  }

  #start(): Worker {
    const worker = new Worker(THREAD, { eval: true, execArgv: [] });
    worker.on("message", (failure: string | null) => this.#end(failure));
    worker.on("error", (error) => this.#end(error));
    worker.on("exit", () => {
      this.#worker = undefined;
      this.#end(new Error("the thread that removes temporary names has ended"));
    });
    return worker;
  }

  #end(failure: unknown): void {
    this.#finish?.(failure);
    this.#finish = undefined;
  }
}
