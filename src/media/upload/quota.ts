import type { SlotName } from "../../errors.ts";
import type { MediaUploadLimit } from "../../callbacks/limit.ts";
import type { UsageSums } from "../stores.ts";
import type { AccountState, SteadyValue, UsageAccounts, UsageShare } from "./usage-accounts.ts";

/** The limits of an upload, and who gave them. */
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

/** What counts against a user. */
export interface MeasuredUsage {
  /** Of uploads that are stored, for each period that was asked for. */
  readonly storedBytes: readonly number[];
  /** Reserved by uploads under way: they count in every period. */
  readonly underWayBytes: number;
}

/** What a ledger may be given. */
export interface LedgerOptions {
  /** What the users have under way. */
  readonly accounts: UsageAccounts;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * Enforces users' limits. A reservation counts from the moment it is made, so that parallel uploads cannot exceed a
 * limit together.
 */
export class QuotaLedger {
  readonly #accounts: UsageAccounts;
  readonly #usage: UsageSums;
  readonly #now: () => number;

  constructor(usage: UsageSums, { accounts, now = Date.now }: LedgerOptions) {
    this.#accounts = accounts;
    this.#usage = usage;
    this.#now = now;
  }

  /**
   * Starts a reservation of 0 bytes under limits, which are checked longest period first, equal periods in the given
   * order. The caller must release or settle it.
   */
  async open(userId: string, { limits, givenBy }: GivenLimits): Promise<Reservation> {
    const sorted = limits.toSorted((a, b) => Number(b.timePeriodMs) - Number(a.timePeriodMs));
    const periodsMs = sorted.map(({ timePeriodMs }) => Number(timePeriodMs));
    const share = this.#accounts.open(userId);
    try {
      return new Reservation({ limits: sorted, givenBy }, await this.#readSums(userId, share, periodsMs), share);
    } catch (error) {
      share.release();
      throw error;
    }
  }

  /**
   * What counts against a user in each of these periods (milliseconds) as an upload that began now would find it. Takes and
   * changes nothing. Rejects where the sums cannot be read.
   */
  async measure(userId: string, periodsMs: readonly number[]): Promise<MeasuredUsage> {
    const share = this.#accounts.open(userId);
    try {
      const sums = await this.#readSums(userId, share, periodsMs);
      // A growth that is refused shows the account and takes nothing.
      const account = await share.growTo(0, (state) => state);
      const settledMeanwhile = (account?.settledBytes ?? sums.settledBytes) - sums.settledBytes;
      return {
        storedBytes: sums.value.map((bytes) => bytes + settledMeanwhile),
        underWayBytes: account?.othersBytes ?? 0,
      };
    } finally {
      share.release();
    }
  }

  async #readSums(
    userId: string,
    share: UsageShare,
    periodsMs: readonly number[],
  ): Promise<SteadyValue<readonly number[]>> {
    if (periodsMs.length === 0) return { value: [], settledBytes: 0 };
    return share.readSteadily(() => {
      const now = this.#now();
      const since = periodsMs.map((periodMs) => now - periodMs);
      return this.#usage.uploadedBytes(userId, since);
    });
  }
}

/** What one upload has reserved. */
export class Reservation {
  readonly #given: GivenLimits;
  readonly #sums: SteadyValue<readonly number[]>;
  readonly #share: UsageShare;

  constructor(given: GivenLimits, sums: SteadyValue<readonly number[]>, share: UsageShare) {
    this.#given = given;
    this.#sums = sums;
    this.#share = share;
  }

  /** Grows the reservation to `totalBytes`, or resolves to the first limit that this would exceed and takes nothing. */
  growTo(totalBytes: number): Promise<Breach | undefined> {
    return this.#share.growTo(totalBytes, (account) => this.#findBreach(totalBytes, account));
  }

  /**
   * Ends the reservation with the commit of the upload's row: its bytes count from the database then. Where the commit
   * rejects, nothing changes.
   */
  settleBy(commit: Promise<void>): Promise<void> {
    return this.#share.settleBy(commit);
  }

  /** Gives the bytes back. Does nothing once the reservation has ended. */
  release(): void {
    this.#share.release();
  }

  #findBreach(totalBytes: number, { othersBytes, settledBytes }: AccountState): Breach | undefined {
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
