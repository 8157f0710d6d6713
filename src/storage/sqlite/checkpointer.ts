import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import type { Logger } from "../../util/log.ts";

/**
 * The thread that moves committed pages from the log into the database and flushes both to disk. Text, since a thread
 * cannot be started from TypeScript on Node 20. The write after the checkpoint begins the log anew: whoever does that
 * flushes its head, and it shall not be the event loop. (SQLite skips an update that changes nothing, but not this pragma.)
 */
const THREAD = `
const { parentPort, workerData } = require("node:worker_threads");
const Database = require(workerData.driver);
const db = new Database(workerData.path, { timeout: 1000, fileMustExist: true });
db.pragma("synchronous = NORMAL");
db.pragma("wal_autocheckpoint = 0");
parentPort.on("message", (message) => {
  if (message === "close") {
    db.close();
    parentPort.close();
    return;
  }
  try {
    db.pragma("wal_checkpoint(PASSIVE)");
    db.pragma("user_version = 0");
    parentPort.postMessage(null);
  } catch (error) {
    // A module that writes for long begins the log anew itself, on a thread of its own.
    parentPort.postMessage(String(error.code).startsWith("SQLITE_BUSY") ? null : String(error));
  }
});
`;

/** Checkpoints a database in WAL mode on a thread of its own, which starts with the first one. */
export class Checkpointer {
  readonly #path: string;
  readonly #log: Logger;
  #worker: Worker | undefined;
  #finish: ((succeeded: boolean) => void) | undefined;

  /** @param path The database file, which must exist when {@link run} is called. */
  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
  }

  /** Resolves when the checkpoint has ended to whether it succeeded; a failure is logged, the next one tries again. Call one at a time. */
  async run(): Promise<boolean> {
    const worker = (this.#worker ??= this.#start());
    const finished = new Promise<boolean>((resolve) => (this.#finish = resolve));
    // Commits wait for it, so the process does too; between checkpoints the thread keeps nothing alive.
    worker.ref();
    worker.postMessage("checkpoint");
    const succeeded = await finished;
    worker.unref();
    return succeeded;
  }

  /** Ends the thread. Where it holds the last connection, it empties the log into the database. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.ref();
    worker.postMessage("close");
    await ended;
  }

  #start(): Worker {
    const driver = createRequire(import.meta.url).resolve("better-sqlite3");
    const worker = new Worker(THREAD, { eval: true, execArgv: [], workerData: { driver, path: this.#path } });
    worker.on("message", (failure: string | null) => this.#end(failure));
    worker.on("error", (error) => this.#end(error));
    worker.on("exit", () => {
      this.#worker = undefined;
      this.#end(new Error("the thread has ended"));
    });
    return worker;
  }

  #end(failure: unknown): void {
    if (failure !== null && this.#finish !== undefined)
      this.#log.warn({ err: failure, path: this.#path }, "database checkpoint failed");
    this.#finish?.(failure === null);
    this.#finish = undefined;
  }
}
