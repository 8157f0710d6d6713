/** Every user's uploads under way: shared by all ledgers that count together, whichever instance takes an upload in. */
export interface UsageAccounts {
  /** Opens a share of 0 bytes in a user's account. End it in every case: release it, or have it settled. */
  open(userId: string): UsageShare;
}

/** What the share of one upload sees of its user's account. */
export interface AccountState {
  /** Bytes reserved by the user's other uploads under way. */
  readonly othersBytes: number;
  /** Bytes that were reserved and have since been stored, ever growing: tells what a sum that was read before does not have. */
  readonly settledBytes: number;
}

/** A value, and the {@link AccountState.settledBytes} that it has in it, neither more nor less. */
export interface SteadyValue<T> {
  readonly value: T;
  readonly settledBytes: number;
}

/** What one upload holds of its user's account. */
export interface UsageShare {
  /**
   * Reads what is stored at a time when no upload of the user was being committed, and as often as that takes: whether a commit
   * that is under way is in what is read cannot be told.
   */
  readSteadily<T>(read: () => Promise<T>): Promise<SteadyValue<T>>;

  /**
   * Grows to `totalBytes` unless `refuse` answers with a refusal, which is resolved to; the share stays as it was then. Nothing
   * else changes the account between the question and the growth.
   */
  growTo<R>(totalBytes: number, refuse: (account: AccountState) => R | undefined): Promise<R | undefined>;

  /** Ends with the commit of the upload's row: its bytes are settled then. Where that rejects, nothing changes. */
  settleBy(commit: Promise<void>): Promise<void>;

  /** Gives the bytes back. Does nothing once the share has ended. */
  release(): void;
}
