import type { AccountState, SteadyValue, UsageAccounts, UsageShare } from "../media/upload/usage-accounts.ts";

/** The uploads of one user that are under way. */
interface Account {
  /** Bytes reserved by all of them. */
  reservedBytes: number;
  /** Bytes that were reserved and have been stored since. Only ever grows. */
  settledBytes: number;
  /** Shares whose rows are being committed. */
  readonly settling: Set<Promise<unknown>>;
  /** Shares that hold the account. */
  holders: number;
}

/** The accounts of the uploads to this process. */
export class InProcessUsageAccounts implements UsageAccounts {
  readonly #accounts = new Map<string, Account>();

  open(userId: string): UsageShare {
    const account = this.#accounts.get(userId) ?? {
      reservedBytes: 0,
      settledBytes: 0,
      settling: new Set(),
      holders: 0,
    };
    account.holders += 1;
    this.#accounts.set(userId, account);
    return new InProcessShare(account, () => {
      account.holders -= 1;
      if (account.holders === 0) this.#accounts.delete(userId);
    });
  }

  /** The number of users with uploads under way. */
  get size(): number {
    return this.#accounts.size;
  }
}

class InProcessShare implements UsageShare {
  #bytes = 0;
  #ended = false;
  readonly #account: Account;
  readonly #drop: () => void;

  constructor(account: Account, drop: () => void) {
    this.#account = account;
    this.#drop = drop;
  }

  async readSteadily<T>(read: () => Promise<T>): Promise<SteadyValue<T>> {
    const account = this.#account;
    for (;;) {
      await Promise.allSettled(account.settling);
      const { settledBytes } = account;
      const value = await read();
      // An upload that was committed while this was read may be counted twice or not at all.
      if (account.settledBytes === settledBytes && account.settling.size === 0) return { value, settledBytes };
    }
  }

  /** Asks and grows without an await in between, before it returns. No other upload can take the bytes in that time. */
  async growTo<R>(totalBytes: number, refuse: (account: AccountState) => R | undefined): Promise<R | undefined> {
    const { settledBytes, reservedBytes } = this.#account;
    const refusal = refuse({ settledBytes, othersBytes: reservedBytes - this.#bytes });
    if (refusal !== undefined) return refusal;
    this.#account.reservedBytes += totalBytes - this.#bytes;
    this.#bytes = totalBytes;
    return undefined;
  }

  async settleBy(commit: Promise<void>): Promise<void> {
    const settling = commit.then(() => this.#settle());
    this.#account.settling.add(settling);
    try {
      await settling;
    } finally {
      this.#account.settling.delete(settling);
    }
  }

  release(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#account.reservedBytes -= this.#bytes;
    this.#drop();
  }

  #settle(): void {
    if (this.#ended) return;
    this.#account.settledBytes += this.#bytes;
    this.release();
  }
}
