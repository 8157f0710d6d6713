import { backoff } from "../../util/concurrency/backoff.ts";
import type { Deletion, DeletionStep } from "./deletion-rows.ts";
import type { DeletionMeans, DeletionParts, JournalPace } from "./deletion-parts.ts";
import { Pauses } from "./pauses.ts";

const AT_ONCE = 4;
/** A database that fails is looked at again after as long as after so many failures. */
const RETRY_AFTER_FAILURES = 4;
const JITTER = 0.25;
/** Longer than any timer should run: a clock that was wrong may have written the row. */
const LONGEST_WAIT_MS = 3_600_000;

/** What came of a step. */
export type StepOutcome =
  /** It is done, and these steps follow. */
  | { readonly is: "done"; readonly following?: readonly DeletionStep[] }
  /** It is tried again later, and other media meanwhile. */
  | { readonly is: "left" }
  /** It was not tried, and may be in so many milliseconds, or soon after. */
  | { readonly is: "waits"; readonly waitMs: number }
  /** It is tried again later, and no other media for a while: that would fail as well. */
  | { readonly is: "failed" }
  /** It waits for other modules or storage providers. */
  | { readonly is: "impossible" };

export interface LaneParts extends Pick<DeletionParts, "clock" | "log"> {
  readonly rows: Pick<DeletionParts["stores"]["deletions"], "due" | "nextDueTs" | "done" | "postpone">;
  readonly step: DeletionStep;
  readonly pace: JournalPace;
  /** Undefined where nothing may begin now. */
  readonly means: () => DeletionMeans | undefined;
  /** Takes the step of one deletion. Rejects where the database fails. */
  readonly take: (deletion: Deletion, means: DeletionMeans) => Promise<StepOutcome>;
  /** What became of the step is in the database, and these steps follow. */
  readonly onRecorded: (mediaId: string, following: readonly DeletionStep[]) => void;
}

/**
 * Takes one step of all deletions, a few at a time. What fails is tried again later and later. Each
 * step has its own lane: one that hangs holds up no other.
 */
export class DeletionLane {
  readonly #parts: LaneParts;
  readonly #pauses: Pauses;
  /** By media id. */
  readonly #running = new Map<string, { readonly means: DeletionMeans; readonly ended: Promise<void> }>();
  /** By which the step is impossible. */
  #idleMeans: DeletionMeans | undefined;
  /** The database failed: rows are due whose step is done. */
  #hasFailed = false;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#pauses = new Pauses(parts.clock, parts.pace.firstRetryMs / 2);
  }

  /** Looks for work. */
  wake(): void {
    this.#hasFailed = false;
    this.#lookOn();
  }

  /** Resolves once what is due now has been done or postponed. */
  async idle(): Promise<void> {
    while (this.#looking !== undefined || this.#running.size > 0) {
      await Promise.all([this.#looking, ...this.underWay()]);
    }
  }

  /** The steps under way, all or those that use these means; they never reject. */
  underWay(means?: DeletionMeans): Promise<void>[] {
    const running = [...this.#running.values()];
    return running.filter((one) => means === undefined || one.means === means).map(({ ended }) => ended);
  }

  /** Looks no more once nothing may begin. Resolves once nothing is under way. */
  async close(): Promise<void> {
    this.#cancelTimer?.();
    await this.idle();
    this.#cancelTimer?.();
  }

  #lookOn(): void {
    if (this.#parts.means() === undefined) return;
    this.#lookAgain = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      if (this.#lookAgain) this.#lookOn();
    });
  }

  async #look(): Promise<void> {
    const { rows, step, clock } = this.#parts;
    try {
      while (this.#lookAgain) {
        this.#lookAgain = false;
        const means = this.#parts.means();
        if (means === undefined || means === this.#idleMeans || this.#hasFailed) return;
        const nowTs = clock.now();
        const pauseMs = this.#pauses.leftMs(step);
        if (pauseMs > 0) {
          this.#wakeAt(nowTs + pauseMs);
          continue;
        }
        // One that fails each time is asked for one deletion at a time. What hangs at means of the past holds up no other.
        const free = (this.#pauses.has(step) ? 1 : AT_ONCE) - this.underWay(means).length;
        // What ends looks again.
        if (free <= 0) continue;
        const due = await rows.due(step, nowTs, this.#running.size + free);
        if (this.#hasFailed) return;
        const fresh = due.filter(({ mediaId }) => !this.#running.has(mediaId)).slice(0, free);
        for (const deletion of fresh) this.#begin(deletion, means);
        const nextTs = await rows.nextDueTs(step, nowTs);
        // The timer of the next try stays.
        if (!this.#hasFailed) this.#wakeAt(nextTs);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #begin(deletion: Deletion, means: DeletionMeans): void {
    const { mediaId } = deletion;
    const ended = this.#take(deletion, means)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#running.delete(mediaId);
        this.#lookOn();
      });
    this.#running.set(mediaId, { means, ended });
  }

  async #take(deletion: Deletion, means: DeletionMeans): Promise<void> {
    const { rows, step, clock, take, onRecorded } = this.#parts;
    const { mediaId, attempts } = deletion;
    const outcome = await take(deletion, means);
    if (outcome.is === "impossible") {
      this.#idleMeans = means;
      return;
    }
    if (outcome.is !== "failed") this.#pauses.end(step);
    // Those that were under way at the same time fail once together.
    else if (this.#pauses.leftMs(step) === 0) this.#pauses.begin(step);
    if (outcome.is === "done") {
      const { following = [] } = outcome;
      await rows.done(step, mediaId, following, clock.now());
      return onRecorded(mediaId, following);
    }
    if (outcome.is === "waits") {
      const waitMs = Math.max(outcome.waitMs, this.#parts.pace.firstRetryMs);
      return rows.postpone(step, mediaId, { attempts, nextTs: clock.now() + waitMs });
    }
    await rows.postpone(step, mediaId, { attempts: attempts + 1, nextTs: clock.now() + this.#waitMs(attempts + 1) });
  }

  /** The rows are as before, and would be taken again at once. */
  #fail(error: unknown): void {
    this.#lookAgain = false;
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { log, clock, means } = this.#parts;
    // It is repeated by the next process.
    if (means() === undefined) return;
    log.error({ err: error }, "the journal of deletions cannot be read or written; it is tried again");
    this.#wakeAt(clock.now() + this.#waitMs(RETRY_AFTER_FAILURES));
  }

  #waitMs(attempts: number): number {
    const { firstRetryMs: firstMs, lastRetryMs: lastMs } = this.#parts.pace;
    return Math.round(backoff(attempts, { firstMs, lastMs, jitter: JITTER }));
  }

  #wakeAt(ts: number | undefined): void {
    this.#cancelTimer?.();
    const { clock, means } = this.#parts;
    if (ts === undefined || means() === undefined) return;
    const waitMs = Math.min(Math.max(ts - clock.now(), 1), LONGEST_WAIT_MS);
    this.#cancelTimer = clock.after(waitMs, () => this.wake());
  }
}
