import { ModuleDatabaseError, type SqlValue } from "../../module-api/module-database.ts";
import { Turns } from "../../util/concurrency/turns.ts";
import type { Session, StatementResult, TransactionEngine } from "./engine.ts";
import { SqliteThread } from "./sqlite-thread.ts";

const BUSY_TIMEOUT_MS = 5_000;
const PRAGMAS = ["foreign_keys = ON"];
/** The service itself flushes its own database to disk. */
const OWN_PRAGMAS = [...PRAGMAS, "synchronous = NORMAL", "wal_autocheckpoint = 0"];

export interface SqliteEngineOptions {
  /** The database file, which must exist by the first transaction. */
  readonly path: string;
  /** Whether it is the service's own database. */
  readonly own: boolean;
  /** For a database in memory, `:memory:`: the statements that make it. */
  readonly make?: readonly string[];
}

/** SQLite on a thread of its own: one transaction at a time, in the order in which they came. */
export class SqliteEngine implements TransactionEngine {
  readonly #thread: SqliteThread;
  readonly #turns = new Turns(1);
  #isClosed = false;

  constructor({ path, own, make = [] }: SqliteEngineOptions) {
    this.#thread = new SqliteThread({
      path,
      pragmas: own ? OWN_PRAGMAS : PRAGMAS,
      make,
      busyTimeoutMs: BUSY_TIMEOUT_MS,
    });
  }

  async begin(): Promise<Session> {
    await this.#turns.take();
    try {
      if (this.#isClosed) throw new ModuleDatabaseError("UNAVAILABLE", "The modules' database is closed");
      await this.#thread.ask({ command: "begin" });
    } catch (error) {
      this.#turns.pass();
      throw error;
    }
    return new SqliteSession(this.#thread, () => this.#turns.pass());
  }

  isWorthRetrying(error: unknown): boolean {
    return error instanceof ModuleDatabaseError && error.sqlCode?.startsWith("SQLITE_BUSY") === true;
  }

  async close(): Promise<void> {
    await this.#turns.take();
    this.#isClosed = true;
    await this.#thread.close();
    this.#turns.pass();
  }
}

class SqliteSession implements Session {
  readonly #thread: SqliteThread;
  readonly #pass: () => void;

  constructor(thread: SqliteThread, pass: () => void) {
    this.#thread = thread;
    this.#pass = pass;
  }

  async execute(sql: string, params: readonly SqlValue[]): Promise<StatementResult> {
    return (await this.#thread.ask({ command: "execute", sql, params })) as StatementResult;
  }

  async commit(): Promise<void> {
    try {
      await this.#thread.ask({ command: "commit" });
      this.#pass();
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  async abandon(): Promise<void> {
    // A thread that is gone has rolled back.
    await this.#thread.ask({ command: "rollback" }).catch(() => undefined);
    this.#pass();
  }
}
