import type { Chain } from "../../callbacks/chain.ts";
import { describeSlot } from "../../callbacks/failure.ts";
import type { Clock } from "../../util/clock.ts";
import { Pauses } from "./pauses.ts";

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

  /** @param firstPauseMs how long a callback is left alone whose child was down, or that was late, in milliseconds; more
   * each time */
  constructor(clock: Pick<Clock, "now">, firstPauseMs: number) {
    this.#pauses = new Pauses(clock, firstPauseMs);
  }

  /**
   * Resolves to whether every callback was told. One whose Python child is down is told another time. One that was past
   * its deadline was told, and hears of other media later.
   */
  async tell(mediaId: string, chain: Pick<Chain, "tell">): Promise<boolean> {
    const before = this.#untold.get(mediaId);
    const untold = new Set<string>();
    const asked = new Set<string>();
    const { unreached, late } = await chain.tell({ kind: "on_media_deleted", args: [mediaId] }, (slot) => {
      const name = describeSlot(slot);
      if (before?.has(name) === false) return false;
      const isPaused = this.#pauses.leftMs(name) > 0;
      (isPaused ? untold : asked).add(name);
      return !isPaused;
    });
    for (const slot of unreached) untold.add(describeSlot(slot));
    for (const slot of [...unreached, ...late]) {
      const name = describeSlot(slot);
      asked.delete(name);
      // Those that were asked at the same time fail once together.
      if (this.#pauses.leftMs(name) === 0) this.#pauses.begin(name);
    }
    for (const name of asked) this.#pauses.end(name);
    this.#untold.set(mediaId, untold);
    return untold.size === 0;
  }

  /** The journal knows by now what became of it. */
  forget(mediaId: string): void {
    this.#untold.delete(mediaId);
  }
}
