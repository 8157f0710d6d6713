import type { MediaUploadLimit } from "../../callbacks/limit.ts";
import type { SlotName } from "../../errors.ts";
import type { AccountState, SteadyValue } from "./usage-accounts.ts";

/** Limits, and who gave them. */
export interface GivenLimits {
  readonly limits: readonly MediaUploadLimit[];
  /** The callback that gave them; undefined where they are the configuration's. */
  readonly givenBy?: SlotName | undefined;
}

/** A limit that an upload would break, who gave it, and what the user had sent in its period. */
export interface Breach {
  readonly limit: MediaUploadLimit;
  readonly givenBy?: SlotName | undefined;
  readonly sentBytes: number;
}

/** Limits in the order in which an upload is compared with them: longest period first, equal ones as they were given. */
export function sortLimits({ limits, givenBy }: GivenLimits): GivenLimits {
  return { limits: limits.toSorted((a, b) => Number(b.timePeriodMs) - Number(a.timePeriodMs)), givenBy };
}

/** Sorted limits, with what the user had stored in the period of each. */
export class MeasuredLimits {
  readonly #given: GivenLimits;
  readonly #sums: SteadyValue<readonly number[]>;

  constructor(given: GivenLimits, sums: SteadyValue<readonly number[]>) {
    this.#given = given;
    this.#sums = sums;
  }

  /** The first limit that an upload of `totalBytes` would break. */
  findBreach(totalBytes: number, { othersBytes, settledBytes }: AccountState): Breach | undefined {
    // Stored since the sums were read, or reserved by others: all of it counts as sent.
    const meanwhile = settledBytes - this.#sums.settledBytes + othersBytes;
    const { limits, givenBy } = this.#given;
    for (const [index, limit] of limits.entries()) {
      const sentBytes = (this.#sums.value[index] ?? 0) + meanwhile;
      if (sentBytes + totalBytes > limit.maxBytes) return { limit, givenBy, sentBytes };
    }
    return undefined;
  }
}
