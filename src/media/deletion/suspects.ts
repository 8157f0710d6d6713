import type { PythonRunner, Slot } from "../../callbacks/slots/slot.ts";

/** How often a child may end while one callback is told of one media alone. */
const MOST_ENDS = 5;

/**
 * Which callbacks were being told of which media when their Python child ended: any of them may have brought it down.
 * From then on the child is told of each of these alone, so that what ends it again is known, and only so often.
 */
export class Suspects {
  /** By media id, how often its child ended while a callback was told of it alone. */
  readonly #ends = new Map<string, WeakMap<Slot, number>>();
  /** By child, how much it is being told. */
  readonly #telling = new Map<PythonRunner, number>();
  /** The children that are being told of one of these alone. */
  readonly #alone = new Set<PythonRunner>();

  /** How often a child ended while a callback was told of media alone; undefined where it never ended meanwhile. */
  endsOf(slot: Slot, mediaId: string): number | undefined {
    return this.#ends.get(mediaId)?.get(slot);
  }

  /** Whether a callback may be told of media now; {@link end} is to follow then. */
  begin(slot: Slot, mediaId: string): boolean {
    if (slot.language === "typescript") return true;
    const { runner } = slot;
    const telling = this.#telling.get(runner) ?? 0;
    const isSuspect = this.endsOf(slot, mediaId) !== undefined;
    if (this.#alone.has(runner) || (isSuspect && telling > 0)) return false;
    this.#telling.set(runner, telling + 1);
    if (isSuspect) this.#alone.add(runner);
    return true;
  }

  /** The telling is over. */
  end(slot: Slot): void {
    if (slot.language === "typescript") return;
    const telling = (this.#telling.get(slot.runner) ?? 1) - 1;
    if (telling > 0) this.#telling.set(slot.runner, telling);
    else this.#telling.delete(slot.runner);
    // The child was told of this alone, or of others.
    this.#alone.delete(slot.runner);
  }

  /** The child ended meanwhile. Returns whether it did so too often for the callback to be told of this media again. */
  blame(slot: Slot, mediaId: string): boolean {
    const ends = this.#ends.get(mediaId) ?? new WeakMap<Slot, number>();
    this.#ends.set(mediaId, ends);
    const before = ends.get(slot);
    // The first time others may have been told as well.
    const alone = before === undefined ? 0 : before + 1;
    ends.set(slot, alone);
    return alone >= MOST_ENDS;
  }

  /** Nothing more is told of this media. */
  forget(mediaId: string): void {
    this.#ends.delete(mediaId);
  }
}
