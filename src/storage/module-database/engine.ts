import type { SqlValue } from "../../module-api/module-database.ts";

/** The outcome of a statement. */
export interface StatementResult {
  readonly rows: Record<string, unknown>[];
  readonly changes: number;
}

/** A transaction that has begun, on a connection of its own. */
export interface Session {
  execute(sql: string, params: readonly SqlValue[]): Promise<StatementResult>;
  /** Commits and gives the connection back; rejects where nothing was committed. */
  commit(): Promise<void>;
  /** Rolls back once the running statement has ended, and gives the connection back. Never rejects. */
  abandon(): Promise<void>;
}

/** One kind of database, as transactions see it. */
export interface TransactionEngine {
  /** Waits for a connection and begins. `remainingMs` is how long the transaction may take. */
  begin(remainingMs: number): Promise<Session>;
  /** Whether the same transaction may succeed on another attempt. */
  isWorthRetrying(error: unknown): boolean;
  close(): Promise<void>;
}
