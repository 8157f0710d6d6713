import type { UsageSums } from "../stores.ts";
import { type Breach, type GivenLimits, MeasuredLimits, sortLimits } from "./measured-limits.ts";
import { type ReportOnlyListener, ReportOnlyLimits } from "./report-only-limits.ts";
import type { SteadyValue, UsageAccounts, UsageShare } from "./usage-accounts.ts";

export type { Breach, GivenLimits } from "./measured-limits.ts";

/** The limits that an upload is held to, and those with which it is only compared. */
export interface UploadLimits extends GivenLimits {
  /** Lists that are not enforced. */
  readonly reportOnly?: readonly GivenLimits[] | undefined;
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
   * order. The caller must release or settle it. `onReportOnly` hears of limits that are not enforced and would refuse.
   */
  async open(
    userId: string,
    { reportOnly = [], ...given }: UploadLimits,
    onReportOnly: ReportOnlyListener = () => undefined,
  ): Promise<Reservation> {
    const sorted = sortLimits(given);
    const periodsMs = sorted.limits.map(({ timePeriodMs }) => Number(timePeriodMs));
    const share = this.#accounts.open(userId);
    const read = (periods: readonly number[]) => this.#readSums(userId, share, periods);
    try {
      const sums = await read(periodsMs);
      const beside =
        reportOnly.length === 0 ? undefined : await ReportOnlyLimits.measure(reportOnly, read, onReportOnly);
      return new Reservation(new MeasuredLimits(sorted, sums), share, beside);
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
  readonly #limits: MeasuredLimits;
  readonly #share: UsageShare;
  readonly #reportOnly: ReportOnlyLimits | undefined;

  constructor(limits: MeasuredLimits, share: UsageShare, reportOnly?: ReportOnlyLimits) {
    this.#limits = limits;
    this.#share = share;
    this.#reportOnly = reportOnly;
  }

  /** Grows the reservation to `totalBytes`, or resolves to the first limit that this would exceed and takes nothing. */
  growTo(totalBytes: number): Promise<Breach | undefined> {
    return this.#share.growTo(totalBytes, (account) => {
      this.#reportOnly?.compare(totalBytes, account);
      return this.#limits.findBreach(totalBytes, account);
    });
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
}
