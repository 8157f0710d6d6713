import type { Logger } from "../../util/log.ts";
import type { LocalMediaRows } from "../stores.ts";

/** Where times of access are kept. */
type AccessRows = Pick<LocalMediaRows, "touch">;

/** As often as Synapse writes them. */
const FLUSH_MS = 60_000;
/** The most rows in one commit: a turn of the event loop must stay short. */
const BATCH_IDS = 500;

/** Remembers which media were read, and writes their times once a minute, so that a download costs no write. */
export class AccessTimes {
  readonly #rows: AccessRows;
  readonly #log: Logger;
  readonly #flushMs: number;
  #read = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<unknown> = Promise.resolve();

  constructor(rows: AccessRows, log: Logger, flushMs = FLUSH_MS) {
    this.#rows = rows;
    this.#log = log;
    this.#flushMs = flushMs;
  }

  /** A client reads this media. */
  mark(mediaId: string): void {
    this.#read.add(mediaId);
    this.#timer ??= setTimeout(() => void this.flush(), this.#flushMs).unref();
  }

  /**
   * Writes the remembered times, all as the current time. Never rejects: what could not be written is in the log, and is
   * tried next time.
   */
  async flush(): Promise<void> {
    const failure = await this.#flush();
    if (failure === undefined) return;
    const message = "times of access could not be written; the next write includes them";
    this.#log.error({ err: failure, files: this.#read.size }, message);
  }

  /** As {@link flush}, for what is deleted by these times: rejects where they could not be written. */
  async mustFlush(): Promise<void> {
    const failure = await this.#flush();
    if (failure !== undefined) throw failure;
  }

  #flush(): Promise<Error | undefined> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const writing = this.#flushing.then(() => this.#write());
    this.#flushing = writing;
    return writing;
  }

  async #write(): Promise<Error | undefined> {
    const ids = [...this.#read];
    this.#read = new Set();
    try {
      for (; ids.length > 0; ids.splice(0, BATCH_IDS)) {
        await this.#rows.touch(ids.slice(0, BATCH_IDS), Date.now());
      }
    } catch (error) {
      for (const id of ids) this.mark(id);
      return error as Error;
    }
    return undefined;
  }
}
