import { type CustomTypesConfig, DatabaseError, Pool, types, type PoolClient } from "pg";
import { ModuleDatabaseError, type SqlValue } from "../../module-api/module-database.ts";
import type { Logger } from "../../util/log.ts";
import type { Session, StatementResult, TransactionEngine } from "./engine.ts";
import { toPoolConfig, type PostgresArguments } from "./postgres-arguments.ts";
import { numberPlaceholders } from "./postgres-placeholders.ts";

/** serialization_failure and deadlock_detected */
const GAVE_WAY = new Set(["40001", "40P01"]);
const BIGINT = types.builtins.INT8;

/** Integers of 64 bits as numbers where they fit; the driver would return text. */
const TYPES: CustomTypesConfig = {
  getTypeParser: (oid, format) => (oid === BIGINT ? readBigint : types.getTypeParser(oid, format)),
};

/** PostgreSQL through `pg`: `REPEATABLE READ`, as many transactions at once as the pool has connections. */
export class PostgresEngine implements TransactionEngine {
  readonly #pool: Pool;

  constructor(args: PostgresArguments, log: Logger) {
    this.#pool = new Pool({ ...toPoolConfig(args), types: TYPES });
    // An idle connection that breaks; the pool opens another one when it is needed.
    this.#pool.on("error", (error) => log.warn({ err: error }, "a connection to the modules' database was lost"));
  }

  async begin(remainingMs: number): Promise<Session> {
    const client = await this.#connect();
    const session = new PostgresSession(client);
    try {
      await client.query("begin isolation level repeatable read");
      // PostgreSQL ends a statement by itself once it is given up, and releases its locks.
      await client.query(`set local statement_timeout = ${Math.ceil(remainingMs)}`);
    } catch (error) {
      await session.abandon();
      throw describe(error);
    }
    return session;
  }

  isWorthRetrying(error: unknown): boolean {
    if (!(error instanceof ModuleDatabaseError)) return false;
    return error.code === "UNAVAILABLE" || (error.sqlCode !== undefined && GAVE_WAY.has(error.sqlCode));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw describe(error);
    }
  }
}

class PostgresSession implements Session {
  readonly #client: PoolClient;
  #lost: Error | undefined;
  readonly #onError = (error: Error) => (this.#lost = error);

  constructor(client: PoolClient) {
    this.#client = client;
    client.on("error", this.#onError);
  }

  async execute(sql: string, params: readonly SqlValue[]): Promise<StatementResult> {
    try {
      const text = numberPlaceholders(sql);
      const { rows, rowCount, command } = await this.#client.query<Record<string, unknown>>(text, params.map(toDriver));
      return { rows, changes: command === "SELECT" ? 0 : (rowCount ?? 0) };
    } catch (error) {
      throw describe(error);
    }
  }

  async commit(): Promise<void> {
    try {
      const { command } = await this.#client.query("commit");
      // A statement failed and the function continued: PostgreSQL has rolled everything back by then.
      if (command === "ROLLBACK") {
        throw new ModuleDatabaseError("SQL", "A statement had failed, so nothing was committed");
      }
    } catch (error) {
      this.#release(error instanceof DatabaseError || error instanceof ModuleDatabaseError ? undefined : error);
      throw describe(error);
    }
    this.#release(undefined);
  }

  async abandon(): Promise<void> {
    try {
      await this.#client.query("rollback");
      this.#release(undefined);
    } catch (error) {
      this.#release(error);
    }
  }

  /** A connection in an unknown state is closed. */
  #release(problem: unknown): void {
    this.#client.off("error", this.#onError);
    this.#client.release(problem !== undefined || this.#lost !== undefined);
  }
}

function describe(error: unknown): ModuleDatabaseError {
  if (error instanceof ModuleDatabaseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  // 57P…: the server ends or ended the connection; 53…, 08…: it accepts none, or the connection broke.
  const isServers = error instanceof DatabaseError && !/^(?:57P|53|08)/.test(error.code ?? "");
  if (!isServers) {
    return new ModuleDatabaseError("UNAVAILABLE", `The modules' database cannot be reached: ${message}`, {
      cause: error,
    });
  }
  return new ModuleDatabaseError("SQL", message, { cause: error, sqlCode: error.code });
}

function toDriver(value: SqlValue): unknown {
  return value instanceof Uint8Array && !Buffer.isBuffer(value) ? Buffer.from(value) : value;
}

function readBigint(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
