import type { MediaUploadLimit } from "../../callbacks/limit.ts";
import type { MediaMetadata } from "../metadata.ts";

/** A limit that an upload would break, and what the user had sent in its period. */
export interface Breach {
  readonly limit: MediaUploadLimit;
  readonly sentBytes: number;
}

/** Who knows what users have uploaded. */
export type UsageSums = Pick<MediaMetadata, "uploadedBytes">;

/** One user's uploads under way. */
export interface Account {
  /** Bytes reserved by all uploads under way. */
  reservedBytes: number;
  /** Bytes that were reserved and have since been stored, ever growing: tells whether a sum read meanwhile is stale. */
  settledBytes: number;
  /** Reservations whose rows are being committed: nobody knows whether a sum that is read meanwhile has them. */
  readonly settling: Set<Promise<unknown>>;
  /** Reservations that hold the account. */
  holders: number;
}

/** Everybody's uploads under way, by user id: shared by ledgers that count together. */
export class QuotaAccounts extends Map<string, Account> {}

/** What a ledger may be given. */
export interface LedgerOptions {
  readonly accounts?: QuotaAccounts;
  /** Milliseconds of the epoch. */
  readonly now?: () => number;
}

/**
 * Holds users to their limits. A reservation counts from the moment it is made, so that parallel uploads cannot pass one limit
 * together; what is reserved is checked and taken without an await in between.
 */
export class QuotaLedger {
  readonly #accounts: QuotaAccounts;
  readonly #metadata: UsageSums;
  readonly #now: () => number;

  constructor(metadata: UsageSums, { accounts = new QuotaAccounts(), now = Date.now }: LedgerOptions = {}) {
    this.#accounts = accounts;
    this.#metadata = metadata;
    this.#now = now;
  }

  /**
   * Starts a reservation of 0 bytes under limits, which are checked longest period first, equal periods in their given order.
   * `release` it in every case, or have it settled.
   */
  async open(userId: string, limits: readonly MediaUploadLimit[]): Promise<Reservation> {
    const sorted = limits.toSorted((a, b) => Number(b.timePeriodMs) - Number(a.timePeriodMs));
    const account = this.#hold(userId);
    try {
      const sums = await this.#readSums(userId, account, sorted);
      return new Reservation(sorted, sums, account, () => this.#drop(userId, account));
    } catch (error) {
      this.#drop(userId, account);
      throw error;
    }
  }

  async #readSums(userId: string, account: Account, limits: readonly MediaUploadLimit[]): Promise<number[]> {
    if (limits.length === 0) return [];
    for (;;) {
      await Promise.allSettled(account.settling);
      const settledBefore = account.settledBytes;
      const now = this.#now();
      const since = limits.map((limit) => now - Number(limit.timePeriodMs));
      const sums = await this.#metadata.uploadedBytes(userId, since);
      // An upload that was stored while the sums were read is in neither the sums nor the reservations any more, or in both.
      if (account.settledBytes === settledBefore && account.settling.size === 0) return sums;
    }
  }

  #hold(userId: string): Account {
    const account = this.#accounts.get(userId) ?? {
      reservedBytes: 0,
      settledBytes: 0,
      settling: new Set(),
      holders: 0,
    };
    account.holders += 1;
    this.#accounts.set(userId, account);
    return account;
  }

  #drop(userId: string, account: Account): void {
    account.holders -= 1;
    if (account.holders === 0) this.#accounts.delete(userId);
  }
}

/** What one upload has reserved. */
export class Reservation {
  #bytes = 0;
  #ended = false;
  readonly #limits: readonly MediaUploadLimit[];
  readonly #sums: readonly number[];
  readonly #account: Account;
  readonly #settledAtStart: number;
  readonly #drop: () => void;

  constructor(limits: readonly MediaUploadLimit[], sums: readonly number[], account: Account, drop: () => void) {
    this.#limits = limits;
    this.#sums = sums;
    this.#account = account;
    this.#settledAtStart = account.settledBytes;
    this.#drop = drop;
  }

  /** Grows the reservation to `totalBytes`, or returns the first limit that this would break and takes nothing. */
  growTo(totalBytes: number): Breach | undefined {
    // Stored since the sums were read, or reserved by others: all of it counts as sent.
    const { settledBytes, reservedBytes } = this.#account;
    const meanwhile = settledBytes - this.#settledAtStart + reservedBytes - this.#bytes;
    for (const [index, limit] of this.#limits.entries()) {
      const sentBytes = (this.#sums[index] ?? 0) + meanwhile;
      if (sentBytes + totalBytes > limit.maxBytes) return { limit, sentBytes };
    }
    this.#account.reservedBytes += totalBytes - this.#bytes;
    this.#bytes = totalBytes;
    return undefined;
  }

  /** Ends with the commit of the upload's row: its bytes count from the database from then on. Where that rejects, nothing changes. */
  async settleBy(commit: Promise<void>): Promise<void> {
    const settling = commit.then(() => this.#settle());
    this.#account.settling.add(settling);
    try {
      await settling;
    } finally {
      this.#account.settling.delete(settling);
    }
  }

  #settle(): void {
    if (this.#ended) return;
    this.#account.settledBytes += this.#bytes;
    this.release();
  }

  /** Gives the bytes back. Does nothing once the reservation has ended. */
  release(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#account.reservedBytes -= this.#bytes;
    this.#drop();
  }
}
