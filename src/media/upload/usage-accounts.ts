/**
 * The uploads of every user that are under way. All ledgers that count together share them, whichever instance takes an
 * upload.
 */
export interface UsageAccounts {
  /** Opens a share of 0 bytes in a user's account. The caller must release or settle it. */
  open(userId: string): UsageShare;
}

/** What the share of one upload sees of its user's account. */
export interface AccountState {
  /** Bytes reserved by the user's other uploads under way. */
  readonly othersBytes: number;
  /**
   * Bytes that were reserved and have been stored since. Only ever grows: it tells what a sum that was read earlier
   * lacks.
   */
  readonly settledBytes: number;
}

/** A value, and exactly the {@link AccountState.settledBytes} that it includes. */
export interface SteadyValue<T> {
  readonly value: T;
  readonly settledBytes: number;
}

/** The share of one upload in its user's account. */
export interface UsageShare {
  /**
   * Reads what is stored at a moment when no upload of the user is being committed, and repeats the read until that is
   * so: nothing tells whether a read includes a commit that is under way.
   */
  readSteadily<T>(read: () => Promise<T>): Promise<SteadyValue<T>>;

  /**
   * Grows to `totalBytes`, unless `refuse` answers with a refusal: the call then resolves to it, and the share stays as
   * it was. The account cannot change between the question and the growth.
   */
  growTo<R>(totalBytes: number, refuse: (account: AccountState) => R | undefined): Promise<R | undefined>;

  /**
   * Ends the share with the commit of the upload's row: its bytes are settled then. Where the commit rejects, nothing
   * changes.
   */
  settleBy(commit: Promise<void>): Promise<void>;

  /** Gives the bytes back. Does nothing once the share has ended. */
  release(): void;
}
