import type { Logger } from "../../../util/log.ts";
import { WorkerThread } from "../../../util/threads/worker-thread.ts";
import type { CheckpointData } from "./checkpoint-thread.ts";

/** A service that stores nothing for this long gets the memory of the thread back. */
const IDLE_MS = 10_000;

/** Checkpoints a database in WAL mode on a thread of its own, which starts with the first checkpoint. */
export class Checkpointer {
  readonly #path: string;
  readonly #log: Logger;
  readonly #thread: WorkerThread<null, void>;

  /** @param path the database file, which must exist when {@link run} is called */
  constructor(path: string, log: Logger) {
    this.#path = path;
    this.#log = log;
    this.#thread = new WorkerThread({
      module: new URL("./checkpoint-thread", import.meta.url),
      workerData: { path } satisfies CheckpointData,
      idleMs: IDLE_MS,
    });
  }

  /**
   * Resolves when the checkpoint has ended to whether it succeeded. A failure is logged, and the next checkpoint tries
   * again. Call one at a time.
   */
  async run(): Promise<boolean> {
    try {
      await this.#thread.ask(null);
      return true;
    } catch (error) {
      this.#log.warn({ err: error, path: this.#path }, "database checkpoint failed");
      return false;
    }
  }

  /** Ends the thread. Where it holds the last connection, it empties the WAL into the database. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
