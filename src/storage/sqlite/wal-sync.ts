import { closeSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { flushContent, flushFoldersTo } from "../flush/disk-flush.ts";
import { SharedFlush } from "../flush/shared-flush.ts";

/**
 * Brings the commits of a database in WAL mode to disk: one flush of its log, in a thread, for all callers that wait.
 * It opens the log alone: closing a descriptor of the database file would drop SQLite's locks on it.
 */
export class LogFlush {
  readonly #path: string;
  readonly #checkpoint: () => Promise<boolean>;
  readonly #shared = new SharedFlush(() => this.#flush());
  #fd: number | undefined;
  /** A flush has failed: the kernel reports that once, and treats what it lost as written from then on. */
  #isTainted = false;

  /**
   * @param path the log, which exists from the first commit on
   * @param checkpoint moves the log into the database file and on to disk; false where that failed
   */
  constructor(path: string, checkpoint: () => Promise<boolean>) {
    this.#path = path;
    this.#checkpoint = checkpoint;
  }

  /** Resolves when every commit that was made before this call is on disk. Rejects with the failure of that flush. */
  run(): Promise<void> {
    return this.#shared.run();
  }

  /** Call it when no caller waits any more, before the database is closed. */
  async close(): Promise<void> {
    await this.#shared.ended();
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  async #flush(): Promise<void> {
    this.#fd ??= await this.#open();
    if (this.#isTainted && !(await this.#checkpoint())) {
      throw new Error(`What was committed to ${this.#path} cannot be flushed to disk`);
    }
    this.#isTainted = false;
    try {
      await flushContent(this.#fd);
    } catch (error) {
      this.#isTainted = true;
      throw error;
    }
  }

  async #open(): Promise<number> {
    await flushFoldersTo(dirname(this.#path));
    return openSync(this.#path, "r");
  }
}
