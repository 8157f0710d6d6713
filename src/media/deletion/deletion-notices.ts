import type { Chain } from "../../callbacks/chain.ts";
import { describeSlot } from "../../callbacks/failure.ts";
import type { Slot } from "../../callbacks/slots/slot.ts";
import type { DeletionParts } from "./deletion-parts.ts";
import { Pauses } from "./pauses.ts";
import { Suspects } from "./suspects.ts";

/**
 * Tells modules of deleted media, each callback once. It remembers who was told until {@link forget}: a process that is
 * killed forgets it, and the next one tells all of them.
 */
export class DeletionNotices {
  /** By media id, the callbacks that are still to be told; absent where none was. */
  readonly #untold = new Map<string, ReadonlySet<string>>();
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
   * Resolves to whether every callback was told. One whose Python child is down is told another time, unless this media
   * brings the child down each time. One that was past its deadline was told, and hears of other media later.
   */
  async tell(mediaId: string, chain: Pick<Chain, "tell">): Promise<boolean> {
    const before = this.#untold.get(mediaId);
    const untold = new Set<string>();
    const asked = new Set<string>();
    const told = await chain.tell({ kind: "on_media_deleted", args: [mediaId] }, (slot) => {
      const name = describeSlot(slot);
      if (before?.has(name) === false) return false;
      const mayBeTold = this.#pauses.leftMs(name) === 0 && this.#suspects.begin(name, mediaId);
      if (mayBeTold) asked.add(name);
      else untold.add(name);
      return mayBeTold;
    });
    const [unheard, ended, late] = [told.unheard, told.ended, told.late].map(namesOf);
    for (const name of asked) {
      const hasEnded = ended?.has(name) === true;
      const isGivenUp = this.#suspects.end(name, mediaId, hasEnded);
      if (isGivenUp) this.#log.error({ mediaId, callback: name }, GIVEN_UP);
      else if (hasEnded || unheard?.has(name)) untold.add(name);
      if (!hasEnded && !unheard?.has(name) && !late?.has(name)) this.#pauses.end(name);
      // Those that were asked at the same time fail once together.
      else if (this.#pauses.leftMs(name) === 0) this.#pauses.begin(name);
    }
    this.#untold.set(mediaId, untold);
    return untold.size === 0;
  }

  /** The journal knows by now what became of it. */
  forget(mediaId: string): void {
    this.#untold.delete(mediaId);
    this.#suspects.forget(mediaId);
  }
}

const GIVEN_UP = "the Python child ended each time that a module was told of deleted media: it is not told again";

function namesOf(slots: readonly Slot[]): ReadonlySet<string> {
  return new Set(slots.map(describeSlot));
}
