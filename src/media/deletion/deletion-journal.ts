import { backoff } from "../../util/concurrency/backoff.ts";
import { Turns } from "../../util/concurrency/turns.ts";
import { within } from "../../util/concurrency/with-timeout.ts";
import { DeletedCopies } from "./deleted-copies.ts";
import { DeletionNotices } from "./deletion-notices.ts";
import type { Deletion } from "./deletion-rows.ts";
import type { DeletionMeans, DeletionParts, JournalPace } from "./deletion-parts.ts";
import { removeFiles } from "./remove-files.ts";

const PACE: JournalPace = { firstRetryMs: 1_000, lastRetryMs: 600_000 };
/** A database that fails is looked at again after as long as after so many failures. */
const RETRY_AFTER_FAILURES = 4;
const JITTER = 0.25;
const AT_ONCE = 4;
/** How many rows one look reads. */
const LOOK_ROWS = 50;
/** Longer than any timer should run: a clock that was wrong may have written the row. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Completes the deletions of the journal: files, copies, then what modules are told, then the row. What fails is tried
 * again later and later, but never given up. A process that is killed in between repeats a step: modules may be told
 * twice.
 */
export class DeletionJournal {
  readonly #parts: DeletionParts;
  readonly #pace: JournalPace;
  readonly #copies: DeletedCopies;
  readonly #notices: DeletionNotices;
  readonly #turns = new Turns(AT_ONCE);
  #means: DeletionMeans | undefined;
  readonly #underWay = new Map<Promise<void>, DeletionMeans>();
  /** What a look takes no second time, although its row is still due: the database failed beside it. */
  readonly #taken = new Set<string>();
  #cancelTimer: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #isClosed = false;

  constructor(parts: DeletionParts) {
    this.#parts = parts;
    this.#pace = parts.pace ?? PACE;
    this.#copies = new DeletedCopies(parts, this.#pace);
    this.#notices = new DeletionNotices(parts, this.#pace.firstRetryMs / 2);
  }

  /**
   * Works with these modules and storage providers from now on. Returns what ends that: it begins nothing more with
   * them, and waits at most `graceMs` for what is under way. Without any, the journal waits.
   */
  use(means: DeletionMeans): (graceMs: number) => Promise<void> {
    this.#means = means;
    return async (graceMs) => {
      if (this.#means === means) this.#means = undefined;
      const own = [...this.#underWay].filter(([, used]) => used === means).map(([running]) => running);
      await within(Promise.all(own), graceMs);
    };
  }

  /** Looks for work. */
  wake(): void {
    if (this.#isClosed || this.#means === undefined) return;
    this.#lookAgain = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      if (this.#lookAgain) this.wake();
    });
  }

  /** Resolves once what is due now has been completed or postponed. */
  async idle(): Promise<void> {
    while (this.#looking !== undefined) await this.#looking;
  }

  /** Begins nothing more, and waits for what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { stores, clock, log } = this.#parts;
    try {
      while (this.#lookAgain && !this.#isClosed && this.#means !== undefined) {
        this.#lookAgain = false;
        const due = (await stores.deletions.due(clock.now(), LOOK_ROWS)).filter(
          ({ mediaId }) => !this.#taken.has(mediaId),
        );
        if (due.length === 0) continue;
        // The rows are gone for good before a file is.
        await stores.flushed();
        await Promise.all(due.map((deletion) => this.#takeTurn(deletion)));
        this.#lookAgain = true;
      }
      this.#wakeAt(await stores.deletions.nextDueTs());
    } catch (error) {
      this.#lookAgain = false;
      log.error({ err: error }, "the journal of deletions cannot be read or written; it is tried again");
      this.#wakeAt(clock.now() + this.#waitMs(RETRY_AFTER_FAILURES));
    }
  }

  async #takeTurn(deletion: Deletion): Promise<void> {
    this.#taken.add(deletion.mediaId);
    await this.#turns.take();
    const means = this.#means;
    try {
      if (means === undefined || this.#isClosed) return;
      const running = this.#complete(deletion, means);
      this.#underWay.set(running, means);
      await running.finally(() => this.#underWay.delete(running));
    } finally {
      this.#turns.pass();
      this.#taken.delete(deletion.mediaId);
    }
  }

  async #complete(deletion: Deletion, means: DeletionMeans): Promise<void> {
    const { stores, blobs, clock, log } = this.#parts;
    const { mediaId } = deletion;
    const attempts = deletion.attempts + 1;
    try {
      await removeFiles(deletion, blobs);
    } catch (error) {
      const waitMs = this.#waitMs(attempts);
      log.error(
        { err: error, mediaId, attempts, waitMs },
        "the files of deleted media could not be removed from disk; it is tried again",
      );
      return stores.deletions.postpone({ ...deletion, attempts }, clock.now() + waitMs);
    }
    const { left, waitMs } = await this.#copies.remove(deletion, means.copies);
    const isTold = deletion.isTold || (await this.#notices.tell(mediaId, means.chain));
    if (left.length === 0 && isTold) await stores.deletions.done(mediaId);
    else {
      const nextTs = clock.now() + (waitMs ?? this.#waitMs(attempts));
      await stores.deletions.postpone({ ...deletion, providers: left, isTold, attempts }, nextTs);
    }
    if (isTold) this.#notices.forget(mediaId);
  }

  #waitMs(attempts: number): number {
    const { firstRetryMs: firstMs, lastRetryMs: lastMs } = this.#pace;
    return Math.round(backoff(attempts, { firstMs, lastMs, jitter: JITTER }));
  }

  #wakeAt(ts: number | undefined): void {
    this.#cancelTimer?.();
    if (ts === undefined || this.#isClosed) return;
    const { clock } = this.#parts;
    const waitMs = Math.min(Math.max(ts - clock.now(), 1), LONGEST_WAIT_MS);
    this.#cancelTimer = clock.after(waitMs, () => this.wake());
  }
}
