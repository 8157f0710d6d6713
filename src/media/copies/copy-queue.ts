import { ModuleFailure, ModuleUnavailable } from "../../callbacks/failure.ts";
import { mediaPath, type StoredMedia } from "../../media-file.ts";
import { backoff } from "../../util/concurrency/backoff.ts";
import type { Logger } from "../../util/log.ts";
import type { PendingStore, PendingCopies } from "./pending-copies.ts";
import type { GivenUp, StorageProvider } from "./provider.ts";
import type { StoresUnderWay } from "./stores-under-way.ts";
import { logStoreFailure } from "../store-failure.ts";

/** Whether the file to be copied is on disk; `deleted` where its media is gone for good. */
export type FilePresence = "there" | "missing" | "deleted";

export interface StoreLaneParts {
  readonly provider: StorageProvider;
  readonly copies: PendingCopies;
  readonly findFile: (file: StoredMedia) => Promise<FilePresence>;
  readonly underWay: StoresUnderWay;
  readonly log: Logger;
  readonly pace: StorePace;
}

/** The pacing of a queue. Milliseconds. */
export interface StorePace {
  readonly filesAtOnce: number;
  /** After the first failure; each further one doubles it. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** The longest pause of a provider that fails file after file. */
  readonly longestPauseMs: number;
}

export const COPY_PACING: StorePace = {
  filesAtOnce: 4,
  firstRetryMs: 1_000,
  lastRetryMs: 600_000,
  longestPauseMs: 60_000,
};

const JITTER = 0.25;
/** Longer than any timer should run: a clock that was wrong may have written the row. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Copies the waiting files to one provider, a few at a time. A file that fails is tried again later and later, but
 * never given up. A provider that always fails is asked less and less often, whatever the number of its files.
 */
export class CopyQueue {
  readonly #parts: StoreLaneParts;
  readonly #running = new Map<string, Promise<void>>();
  #failuresInARow = 0;
  #pausedUntilTs = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #stopped = false;

  constructor(parts: StoreLaneParts) {
    this.#parts = parts;
  }

  /** Looks for work, now or once the pause is over. */
  wake(): void {
    if (this.#stopped) return;
    this.#lookAgain = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      if (this.#lookAgain) this.wake();
    });
  }

  /** Begins nothing more; resolves when the copies under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all(this.#running.values());
  }

  async #look(): Promise<void> {
    const { provider, copies, log, pace } = this.#parts;
    while (this.#lookAgain && !this.#stopped) {
      this.#lookAgain = false;
      const nowTs = Date.now();
      const free = (this.#failuresInARow > 0 ? 1 : pace.filesAtOnce) - this.#running.size;
      // A clock that was wrong began a pause that is longer than any.
      const isPaused = this.#pausedUntilTs > nowTs && this.#pausedUntilTs <= nowTs + pace.longestPauseMs;
      if (isPaused) this.#wakeAt(this.#pausedUntilTs);
      else if (free > 0) {
        try {
          const due = await copies.due(provider.name, nowTs, free + this.#running.size);
          const fresh = due.filter(({ file }) => !this.#running.has(mediaPath(file))).slice(0, free);
          for (const pending of fresh) this.#begin(pending);
          this.#wakeAt(await copies.nextDueTs(provider.name, nowTs));
        } catch (error) {
          log.error(
            { err: error, provider: provider.name },
            "the list of files that wait for a storage provider cannot be read",
          );
          this.#wakeAt(nowTs + pace.firstRetryMs);
        }
      }
    }
  }

  #begin(pending: PendingStore): void {
    if (this.#stopped) return;
    const path = mediaPath(pending.file);
    const attempt = this.#attempt(pending)
      .catch((error: unknown) => {
        const { log, provider } = this.#parts;
        log.error(
          { err: error, provider: provider.name, path },
          "a storage provider has the file, but this cannot be recorded; it is stored again",
        );
        this.#pause();
      })
      .finally(() => {
        this.#running.delete(path);
        this.wake();
      });
    this.#running.set(path, attempt);
  }

  async #attempt(pending: PendingStore): Promise<void> {
    const { provider, copies, underWay } = this.#parts;
    // From before the look at its media to the end of the copy: a deletion in between waits for it.
    if (!(await underWay.track(provider.name, pending.file, (givenUp) => this.#copy(pending, givenUp)))) return;
    await copies.done(pending);
    this.#failuresInARow = 0;
  }

  /** False where it failed, and is tried again later. */
  async #copy(pending: PendingStore, givenUp: GivenUp): Promise<boolean> {
    const { provider, findFile, log } = this.#parts;
    const { file } = pending;
    try {
      const presence = await findFile(file);
      if (presence === "missing") throw new Error("the file is gone from disk, and no provider has it");
      if (presence === "there") {
        try {
          await provider.store(file, givenUp);
        } catch (error) {
          await this.#fail(pending, error, (facts) => logStoreFailure(log, provider.name, file, error, facts));
          return false;
        }
      }
      return true;
    } catch (error) {
      await this.#fail(pending, error, (facts) => this.#logMissing(file, error, facts));
      return false;
    }
  }

  /** A failure of the provider to give the file back is in the log already and is not logged as an error again. */
  #logMissing(file: StoredMedia, error: unknown, facts: Record<string, unknown>): void {
    const { log, provider } = this.#parts;
    const all = { err: error, provider: provider.name, path: mediaPath(file), ...facts };
    const level = error instanceof ModuleFailure ? "warn" : "error";
    log[level](all, "a file that waits for a storage provider cannot be read; it is tried again");
  }

  async #fail(pending: PendingStore, error: unknown, tell: (facts: Record<string, unknown>) => void): Promise<void> {
    const { copies, pace } = this.#parts;
    this.#pause();
    // A child that is down says nothing about the file.
    if (error instanceof ModuleUnavailable && error.reason === "unavailable") return;
    const attempts = pending.attempts + 1;
    const { firstRetryMs: firstMs, lastRetryMs: lastMs } = pace;
    const waitMs = Math.round(backoff(attempts, { firstMs, lastMs, jitter: JITTER }));
    tell({ attempts, waitMs });
    await copies.postpone(pending, Date.now() + waitMs);
  }

  #pause(): void {
    const { firstRetryMs, longestPauseMs } = this.#parts.pace;
    this.#failuresInARow += 1;
    const pause = { firstMs: firstRetryMs / 2, lastMs: longestPauseMs, jitter: JITTER };
    this.#pausedUntilTs = Date.now() + Math.round(backoff(this.#failuresInARow, pause));
  }

  #wakeAt(ts: number | undefined): void {
    clearTimeout(this.#timer);
    if (ts === undefined || this.#stopped) return;
    const waitMs = Math.min(Math.max(ts - Date.now(), 1), LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.wake(), waitMs);
  }
}
