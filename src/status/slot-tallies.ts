import type { Slot, SlotRecord } from "../callbacks/slots/slot.ts";
import { MatrixError } from "../errors.ts";
import { LatencyRing, type Latencies } from "./latency-ring.ts";

/** What came of the calls of one callback since the start. The other counts add up to `asked`. */
export interface SlotCounts {
  readonly asked: number;
  readonly continued: number;
  /** It decided, or refused in words of its own. */
  readonly stopped: number;
  readonly failed: number;
  /** It gave no answer within its deadline. */
  readonly late: number;
  /** Its Python child was down, or had too much to do: it was not called. */
  readonly unavailable: number;
}

/** What one callback did since the start. */
export class SlotTally {
  readonly #counts = { asked: 0, continued: 0, stopped: 0, failed: 0, late: 0, unavailable: 0 };
  readonly #ring = new LatencyRing();

  count({ outcome, micros, error }: Pick<SlotRecord, "outcome" | "micros" | "error">): void {
    this.#counts.asked += 1;
    this.#counts[resultOf(outcome, error)] += 1;
    if (outcome !== "unavailable" && outcome !== "busy") this.#ring.add(micros);
  }

  get counts(): SlotCounts {
    return { ...this.#counts };
  }

  /** Of the last 512 calls. */
  get latencies(): Latencies | undefined {
    return this.#ring.percentiles();
  }

  /** How long the last calls took, oldest first, in microseconds. */
  lastMicros(count: number): number[] {
    return this.#ring.last(count);
  }
}

/**
 * What each callback did since the start, for the status page and `media-bridge status`. A callback that a reload
 * registers again in the same place counts on.
 */
export class SlotTallies {
  readonly #bySlot = new WeakMap<Slot, SlotTally>();
  readonly #byPlace = new Map<string, SlotTally>();

  /** A slot ran. */
  count(record: SlotRecord): void {
    this.of(record.slot).count(record);
  }

  /** The tally of a slot, at 0 where it has not run yet. */
  of(slot: Slot): SlotTally {
    const known = this.#bySlot.get(slot);
    if (known !== undefined) return known;
    const place = JSON.stringify([slot.module.index, slot.module.name, slot.kind, slot.nth]);
    const tally = this.#byPlace.get(place) ?? new SlotTally();
    this.#byPlace.set(place, tally);
    this.#bySlot.set(slot, tally);
    return tally;
  }
}

function resultOf(outcome: SlotRecord["outcome"], error: Error | undefined): Exclude<keyof SlotCounts, "asked"> {
  switch (outcome) {
    case "continue":
      return "continued";
    case "stop":
      return "stopped";
    case "timeout":
      return "late";
    case "error":
      return MatrixError.is(error) ? "stopped" : "failed";
    default:
      return "unavailable";
  }
}
