/** How long a write waits for a database that another process keeps locked. */
const BUSY_LIMIT_MS = 10_000;
const BUSY_RETRY_MS = 5;

interface Entry {
  readonly write: () => void;
  readonly queuedAtMs: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects what is to be written within one turn of the event loop and commits it together. A group that fails is written
 * again one by one, so that only the culprit fails. A locked database is tried again later, never waited for on the loop.
 */
export class GroupCommit {
  readonly #commit: (writes: readonly (() => void)[]) => void;
  #queue: Entry[] = [];
  #scheduled = false;
  #held = false;
  #whenEmpty: (() => void)[] = [];

  /** @param commit Makes all writes in one transaction, or throws and has made none. */
  constructor(commit: (writes: readonly (() => void)[]) => void) {
    this.#commit = commit;
  }

  /** Resolves with what `write` answered, once that is committed. It may be called more than once, each time on the rows as they were. */
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

  /** Nothing is committed from here on until {@link release}. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    if (this.#queue.length > 0) this.#schedule();
  }

  /** Resolves when all that was added is settled. */
  async drained(): Promise<void> {
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
      this.#schedule(BUSY_RETRY_MS);
      return;
    }
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
      if (nowMs - entry.queuedAtMs > BUSY_LIMIT_MS) entry.reject(error);
      else this.#queue.push(entry);
    }
  }
}

/** Whether SQLite refused because another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}
