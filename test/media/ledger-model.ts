import type { MediaUploadLimit } from "../../src/callbacks/limit.ts";
import type { Breach } from "../../src/media/upload/quota.ts";

/** What the ledger must agree with: every upload of one user, as plain data. */
export class Model {
  readonly stored: { ts: number; bytes: number }[] = [];
  readonly held = new Map<number, number>();
  readonly limits: readonly MediaUploadLimit[];

  constructor(limits: readonly MediaUploadLimit[]) {
    this.limits = limits.toSorted((a, b) => Number(b.timePeriodMs) - Number(a.timePeriodMs));
  }

  /** The limit that `holder` would break with `bytes`, and what counts as sent there. */
  breach(holder: number, bytes: number, now: number): Breach | undefined {
    const others = sum([...this.held].filter(([id]) => id !== holder).map(([, held]) => held));
    for (const limit of this.limits) {
      const inPeriod = this.stored.filter(({ ts }) => ts > now - Number(limit.timePeriodMs));
      const sentBytes = sum(inPeriod.map(({ bytes: stored }) => stored)) + others;
      if (sentBytes + bytes > limit.maxBytes) return { limit, sentBytes };
    }
    return undefined;
  }
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
