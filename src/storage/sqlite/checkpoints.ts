import { statSync } from "node:fs";
import type { Logger } from "../../util/log.ts";
import type { GroupCommit } from "./group-commit.ts";
import { Checkpointer } from "./threads/checkpointer.ts";

/** What a power loss may take at most: what was committed since the last flush to disk. */
const FLUSH_AFTER_MS = 5_000;
const FLUSH_AFTER_ROWS = 2_000;

/** Decides when commits are moved from the log into the database file, and flushed to disk. */
export class Checkpoints {
  readonly #logPath: string;
  readonly #commits: GroupCommit;
  readonly #checkpointer: Checkpointer;
  readonly #othersTimer: NodeJS.Timeout;
  #unflushedRows = 0;
  #flushTimer: NodeJS.Timeout | undefined;
  #flushing: Promise<boolean> | undefined;
  #flushedLog = "";

  /**
   * @param path the database file
   * @param commits waits while a checkpoint runs
   */
  constructor(path: string, commits: GroupCommit, log: Logger) {
    this.#logPath = `${path}-wal`;
    this.#commits = commits;
    this.#checkpointer = new Checkpointer(path, log);
    this.#othersTimer = setInterval(() => this.#flushOthers(), FLUSH_AFTER_MS).unref();
  }

  /** Counts rows that have just been committed. */
  count(rows: number): void {
    this.#unflushedRows += rows;
    if (this.#unflushedRows >= FLUSH_AFTER_ROWS) void this.flush();
    this.#flushTimer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  /** Makes a checkpoint now, on a thread; commits wait until it ends. False where that failed. */
  flush(): Promise<boolean> {
    this.#flushing ??= this.#checkpoint().finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  /** Begins no further checkpoint; resolves when the running one has ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#flushTimer);
    clearInterval(this.#othersTimer);
    await this.#flushing;
  }

  /** Ends the thread, once the service's own connection is closed. */
  close(): Promise<void> {
    return this.#checkpointer.close();
  }

  async #checkpoint(): Promise<boolean> {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#unflushedRows = 0;
    // A commit between the end of the checkpoint and the thread's own write would flush the log's header on the event
    // loop.
    this.#commits.hold();
    const succeeded = await this.#checkpointer.run();
    this.#flushedLog = this.#describeLog();
    this.#commits.release();
    return succeeded;
  }

  /** Modules write to the database by connections of their own, and leave flushing to this one. */
  #flushOthers(): void {
    if (this.#flushTimer === undefined && this.#describeLog() !== this.#flushedLog) void this.flush();
  }

  #describeLog(): string {
    const found = statSync(this.#logPath, { throwIfNoEntry: false });
    return found === undefined ? "" : `${found.size} ${found.mtimeMs}`;
  }
}
