import type { SqlValue } from "../../module-api/module-database.ts";

/** What a statement came to. */
export interface StatementResult {
  readonly rows: Record<string, unknown>[];
  readonly changes: number;
}

/** A transaction that was begun, on a connection that it has to itself. */
export interface Session {
  execute(sql: string, params: readonly SqlValue[]): Promise<StatementResult>;
  /** Commits and gives the connection back; rejects where nothing was committed. */
  commit(): Promise<void>;
  /** Rolls back, after what runs, and gives the connection back. Never rejects. */
  abandon(): Promise<void>;
}

/** One kind of database, as transactions see it. */
export interface TransactionEngine {
  /** Waits for a connection and begins. `remainingMs`: how long the transaction may take. */
  begin(remainingMs: number): Promise<Session>;
  /** Whether the same transaction may succeed on another attempt. */
  isWorthRetrying(error: unknown): boolean;
  close(): Promise<void>;
}
