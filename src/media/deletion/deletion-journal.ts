import { within } from "../../util/concurrency/with-timeout.ts";
import { DeletedCopies } from "./deleted-copies.ts";
import { DeletionLane, type StepOutcome } from "./deletion-lane.ts";
import { DeletionNotices } from "./deletion-notices.ts";
import type { Deletion, DeletionStep } from "./deletion-rows.ts";
import type { DeletionMeans, DeletionParts, JournalPace } from "./deletion-parts.ts";
import { removeFiles } from "./remove-files.ts";

const PACE: JournalPace = { firstRetryMs: 1_000, lastRetryMs: 600_000 };
const PROVIDER = "provider ";

/**
 * Completes the deletions of the journal: files first, then copies and what modules are told, each provider and the
 * modules by themselves. What fails is tried again later and later, and never given up, except for a callback whose
 * Python child ends each time that it is told of the media. A process that is killed in between repeats a step: modules
 * may be told twice.
 */
export class DeletionJournal {
  readonly #parts: DeletionParts;
  readonly #pace: JournalPace;
  readonly #copies: DeletedCopies;
  readonly #notices: DeletionNotices;
  readonly #lanes = new Map<DeletionStep, DeletionLane>();
  #means: DeletionMeans | undefined;
  #listing: Promise<void> | undefined;
  /** Whether the lanes of what earlier processes left are open. */
  #isListed = false;
  #isClosed = false;

  constructor(parts: DeletionParts) {
    this.#parts = parts;
    this.#pace = parts.pace ?? PACE;
    this.#copies = new DeletedCopies(parts.log);
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
      await within(Promise.all([...this.#lanes.values()].flatMap((lane) => lane.underWay(means))), graceMs);
    };
  }

  /** Looks for work. */
  wake(): void {
    if (this.#currentMeans() === undefined) return;
    for (const step of ["files", ...this.#lanes.keys()] as const) this.#lane(step).wake();
    if (!this.#isListed) this.#listing ??= this.#list().finally(() => (this.#listing = undefined));
  }

  /** Resolves once what is due now has been done or postponed. */
  async idle(): Promise<void> {
    await this.#listing;
    // A step that is done opens the lanes of those that follow.
    for (let open = -1; open !== this.#lanes.size;) {
      open = this.#lanes.size;
      for (const lane of this.#lanes.values()) await lane.idle();
    }
  }

  /**
   * Begins nothing more, and waits for what is under way: so long, where that is given. What takes longer is repeated by
   * the next process.
   *
   * @param graceMs in milliseconds
   */
  async close(graceMs?: number): Promise<void> {
    this.#isClosed = true;
    const closed = this.#close();
    await (graceMs === undefined ? closed : within(closed, graceMs));
  }

  async #close(): Promise<void> {
    await this.#listing;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
  }

  async #list(): Promise<void> {
    const { stores, log } = this.#parts;
    try {
      for (const step of await stores.deletions.steps()) this.#lane(step).wake();
      this.#isListed = true;
    } catch (error) {
      log.error({ err: error }, "the journal of deletions cannot be read; it is read again with the next deletion");
    }
  }

  #currentMeans(): DeletionMeans | undefined {
    return this.#isClosed ? undefined : this.#means;
  }

  #lane(step: DeletionStep): DeletionLane {
    let lane = this.#lanes.get(step);
    if (lane === undefined) {
      const { clock, log, stores } = this.#parts;
      lane = new DeletionLane({
        rows: stores.deletions,
        step,
        clock,
        log,
        pace: this.#pace,
        means: () => this.#currentMeans(),
        take: (deletion, means) => this.#take(step, deletion, means),
        onRecorded: (mediaId, following) => {
          if (step === "modules") this.#notices.forget(mediaId);
          for (const next of following) this.#lane(next).wake();
        },
      });
      this.#lanes.set(step, lane);
    }
    return lane;
  }

  async #take(step: DeletionStep, deletion: Deletion, { chain, copies }: DeletionMeans): Promise<StepOutcome> {
    if (step === "files") return this.#removeFiles(deletion, copies);
    if (step === "modules") return this.#notices.tell(deletion.mediaId, chain);
    return { is: await this.#copies.remove(step.slice(PROVIDER.length), deletion, copies) };
  }

  async #removeFiles(deletion: Deletion, copies: DeletionMeans["copies"]): Promise<StepOutcome> {
    const { stores, blobs, log } = this.#parts;
    const { mediaId, files, isUnknown } = deletion;
    // The rows are gone for good before a file is.
    await stores.flushed();
    try {
      await removeFiles(deletion, blobs);
    } catch (error) {
      const attempts = deletion.attempts + 1;
      log.error(
        { err: error, mediaId, attempts },
        "the files of deleted media could not be removed from disk; it is tried again",
      );
      return { is: "left" };
    }
    const [media] = files;
    const names = new Set((media && copies?.namesOfAll(media)) ?? []);
    const providers = [...names].map((name) => `${PROVIDER}${name}` as const);
    return { is: "done", following: isUnknown ? providers : ["modules", ...providers] };
  }
}
