import { WorkerThread } from "../../../util/threads/worker-thread.ts";
import { storeFailed } from "../../failure.ts";
import type { ReadingData, ReadingQuestion } from "./reading-thread.ts";

/** Nothing is read in most minutes: the memory of the thread is given back. */
const IDLE_MS = 10_000;

/** Reads a database in WAL mode on a thread of its own: what looks at more rows than a turn of the event loop may. */
export class Reader {
  readonly #thread: WorkerThread<ReadingQuestion, unknown[]>;

  /** @param path the database file, which must exist when {@link all} is called */
  constructor(path: string) {
    this.#thread = new WorkerThread({
      module: new URL("./reading-thread", import.meta.url),
      workerData: { path } satisfies ReadingData,
      idleMs: IDLE_MS,
    });
  }

  /** All rows of a statement, of what is committed. Rejects with `STORE_FAILED`. */
  async all(text: string, ...parameters: readonly unknown[]): Promise<unknown[]> {
    try {
      return await this.#thread.ask({ text, parameters });
    } catch (error) {
      throw storeFailed(error);
    }
  }

  /** Ends the thread after the reads before this call. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
