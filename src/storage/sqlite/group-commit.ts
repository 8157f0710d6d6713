import { isBusy } from "../failure.ts";

/**
 * How long a write waits for a database that another connection keeps locked: as long as a module's callback may take.
 */
const BUSY_LIMIT_MS = 30_000;
/** The same, once the database is being closed. */
const CLOSING_LIMIT_MS = 2_000;
const SHORTEST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 100;

interface Entry {
  readonly write: () => void;
  readonly queuedAtMs: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects what is written within one turn of the event loop and commits it together. Where the group fails, each write
 * is made again by itself, so that only the one at fault fails. A locked database is tried again later; the event loop
 * never waits for it.
 */
export class GroupCommit {
  readonly #commit: (writes: readonly (() => void)[]) => void;
  #queue: Entry[] = [];
  #scheduled = false;
  #held = false;
  #whenEmpty: (() => void)[] = [];
  #retryMs = SHORTEST_RETRY_MS;
  #limitMs: number;

  /**
   * @param commit makes all writes in one transaction, or throws and has made none
   * @param limitMs how long a write waits for a locked database before it is refused
   */
  constructor(commit: (writes: readonly (() => void)[]) => void, limitMs: number = BUSY_LIMIT_MS) {
    this.#commit = commit;
    this.#limitMs = limitMs;
  }

  /**
   * Resolves with the result of `write` once it is committed. It may be called more than once, each time on the rows as
   * they were.
   */
  add<T>(write: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let answer: T;
      this.#queue.push({
        write: () => {
          answer = write();
        },
        queuedAtMs: Date.now(),
        resolve: () => resolve(answer),
        reject,
      });
      this.#schedule();
    });
  }

  /** Commits nothing until {@link release}. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    if (this.#queue.length > 0) this.#schedule();
  }

  /** Resolves when all that was added is settled. From here on, writes no longer wait long for a locked database. */
  async drained(): Promise<void> {
    this.#limitMs = Math.min(this.#limitMs, CLOSING_LIMIT_MS);
    if (this.#queue.length > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  #schedule(delayMs = 0): void {
    if (this.#scheduled || this.#held) return;
    this.#scheduled = true;
    const flush = () => {
      this.#scheduled = false;
      if (!this.#held) this.#flush();
    };
    if (delayMs === 0) setImmediate(flush);
    else setTimeout(flush, delayMs);
  }

  #flush(): void {
    const group = this.#queue;
    this.#queue = [];
    this.#write(group);
    if (this.#queue.length > 0) {
      this.#schedule(this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
      return;
    }
    this.#retryMs = SHORTEST_RETRY_MS;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  #write(group: readonly Entry[]): void {
    try {
      this.#commit(group.map(({ write }) => write));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (isBusy(error)) this.#retryLater(group, error);
      else if (group.length > 1) for (const entry of group) this.#write([entry]);
      else group[0]?.reject(error);
    }
  }

  #retryLater(group: readonly Entry[], error: unknown): void {
    const nowMs = Date.now();
    for (const entry of group) {
      if (nowMs - entry.queuedAtMs > this.#limitMs) entry.reject(error);
      else this.#queue.push(entry);
    }
  }
}
