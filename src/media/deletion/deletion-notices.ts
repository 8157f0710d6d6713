import type { Chain } from "../../callbacks/chain.ts";
import { describeSlot } from "../../callbacks/failure.ts";
import type { Slot } from "../../callbacks/slots/slot.ts";
import type { DeletionParts } from "./deletion-parts.ts";
import { Pauses } from "./pauses.ts";
import type { StepOutcome } from "./deletion-lane.ts";
import { Suspects } from "./suspects.ts";

type Telling = Pick<Chain, "tell">;

/**
 * Tells modules of deleted media, each callback once. It remembers who was told until {@link forget}. A process that is
 * killed forgets it, and the next one tells all of them. After a reload, which loads modules anew, all of them are told.
 */
export class DeletionNotices {
  /** By media id, the callbacks that were told. */
  readonly #told = new Map<string, WeakSet<Slot>>();
  /**
   * A child that each deletion would bring down is not to be brought down by one after the other, and deletions do not
   * all wait for a callback that hangs.
   */
  readonly #pauses: Pauses;
  readonly #suspects = new Suspects();
  readonly #log: DeletionParts["log"];

  /** @param firstPauseMs how long a callback is left alone whose child was down, or that was late, in milliseconds; more
   * each time */
  constructor({ clock, log }: Pick<DeletionParts, "clock" | "log">, firstPauseMs: number) {
    this.#pauses = new Pauses(clock, firstPauseMs);
    this.#log = log;
  }

  /**
   * Resolves to `done` once every callback was told. One whose Python child is down is told another time, unless it
   * brings the child down each time that it is told of this media. One that was past its deadline was told, and hears of
   * other media later: meanwhile these wait, which is not a failure of theirs.
   */
  async tell(mediaId: string, chain: Telling): Promise<StepOutcome> {
    const told = this.#told.get(mediaId) ?? new WeakSet<Slot>();
    this.#told.set(mediaId, told);
    const untold: Slot[] = [];
    const suspects = new Map<Slot, number>();
    let asked = await this.#tellSome(mediaId, chain, (slot) => {
      if (told.has(slot)) return false;
      untold.push(slot);
      const ends = this.#suspects.endsOf(slot, mediaId);
      if (ends !== undefined) suspects.set(slot, ends);
      return ends === undefined;
    });
    // Each alone, so that only the one that ends the child is to blame; first those that did not end it alone yet.
    for (const [suspect] of [...suspects].toSorted(([, ends], [, others]) => ends - others))
      asked += await this.#tellSome(mediaId, chain, (slot) => slot === suspect);
    const left = untold.filter((slot) => !told.has(slot));
    if (left.length === 0) return { is: "done" };
    if (asked > 0) return { is: "left" };
    return { is: "waits", waitMs: Math.max(...left.map((slot) => this.#pauses.leftMs(describeSlot(slot)))) };
  }

  /** The journal knows by now what became of it. */
  forget(mediaId: string): void {
    this.#told.delete(mediaId);
    this.#suspects.forget(mediaId);
  }

  /** Tells those of the wanted callbacks that may be told now, notes what became of it, and resolves to their number. */
  async #tellSome(mediaId: string, chain: Telling, isWanted: (slot: Slot) => boolean): Promise<number> {
    const asked: Slot[] = [];
    const mayAsk = (slot: Slot) => {
      if (!isWanted(slot) || this.#pauses.leftMs(describeSlot(slot)) > 0) return false;
      if (!this.#suspects.begin(slot, mediaId)) return false;
      asked.push(slot);
      return true;
    };
    const { unheard, ended, late } = await chain
      .tell({ kind: "on_media_deleted", args: [mediaId] }, mayAsk)
      .finally(() => asked.forEach((slot) => this.#suspects.end(slot)));
    for (const slot of asked) {
      const name = describeSlot(slot);
      const wasSuspect = this.#suspects.endsOf(slot, mediaId) !== undefined;
      const isUnheard = unheard.includes(slot);
      const hasEnded = ended.includes(slot);
      const isGivenUp = hasEnded && this.#suspects.blame(slot, mediaId);
      if (isGivenUp) this.#log.error({ mediaId, callback: name }, GIVEN_UP);
      if (isGivenUp || (!isUnheard && !hasEnded)) this.#told.get(mediaId)?.add(slot);
      if (!isUnheard && !hasEnded && !late.includes(slot)) this.#pauses.end(name);
      // A suspect that did not hear it was behind the one that ended the child, and is not to be behind it again. Those
      // that were asked at the same time fail once together.
      else if (!(isUnheard && wasSuspect) && this.#pauses.leftMs(name) === 0) this.#pauses.begin(name);
    }
    return asked.length;
  }
}

const GIVEN_UP = "the Python child ended each time that a module was told of deleted media: it is not told again";
