/** What a parameter may be. Integers are stored as such; a `boolean` is 0 or 1 on SQLite. */
export type SqlValue = string | number | bigint | boolean | Uint8Array | null;

/** One transaction under way. Statements run one after the other, in the order in which they were asked for. */
export interface ModuleTransaction {
  /**
   * Runs one statement and returns its rows, by column; none for a statement that returns none. `params` holds the
   * values, and `?` marks their places in the statement. Integers beyond 2^53 come back as `bigint`.
   *
   * @throws {ModuleDatabaseError} `SQL` where the database refuses, `ENDED` once the transaction is over.
   * @example const [user] = await txn.execute<{ bytes: number }>("select bytes from example_quota where user_id = ?",
   * [userId]);
   */
  execute<Row = Record<string, unknown>>(sql: string, params?: readonly SqlValue[]): Promise<Row[]>;
  /** Runs one statement and returns how many rows it changed. Throws as `execute` does. */
  change(sql: string, params?: readonly SqlValue[]): Promise<number>;
}

export interface TransactionOptions {
  /** For all of it, waiting included; what takes longer is rolled back. Milliseconds, 30,000 unless given. */
  readonly deadlineMs?: number;
}

/**
 * The database that modules share (docs/database.md): the service's own, or the homeserver's where one is configured.
 * Transactions never hold up the event loop.
 */
export interface ModuleDatabase {
  /**
   * Runs `run` in one transaction: committed when it resolves, rolled back when it rejects, with its error. It runs
   * again, up to five times, where the database gave way to another transaction, so it should do nothing but SQL.
   *
   * @param name For messages.
   * @throws {ModuleDatabaseError} `DEADLINE` past the deadline, `UNAVAILABLE` where the database cannot be reached.
   * @example await database.transaction("count", (txn) => txn.change("update example_quota set bytes = bytes + ?",
   * [size]));
   */
  transaction<T>(
    name: string,
    run: (txn: ModuleTransaction) => Promise<T> | T,
    options?: TransactionOptions,
  ): Promise<T>;
}

/** Why a statement or a transaction failed, with the driver's error as `cause`. */
export class ModuleDatabaseError extends Error {
  override readonly name: string = "ModuleDatabaseError";
  readonly code: "SQL" | "DEADLINE" | "ENDED" | "UNAVAILABLE";
  /** What the engine calls it: `SQLITE_CONSTRAINT_UNIQUE`, or PostgreSQL's `23505`. */
  readonly sqlCode: string | undefined;

  constructor(
    code: ModuleDatabaseError["code"],
    message: string,
    options: { cause?: unknown; sqlCode?: string | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.sqlCode = options.sqlCode;
  }
}
