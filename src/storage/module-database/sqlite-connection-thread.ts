import { workerData } from "node:worker_threads";
import Database from "better-sqlite3";
import { answerRequests } from "../../util/threads/thread-messages.ts";

/** How the connection is made. */
export interface SqliteConnectionData {
  /** The database file, which must exist; `:memory:` where `make` has statements. */
  readonly path: string;
  /** Statements that make a database in memory; none for a file. */
  readonly make: readonly string[];
  /** For each new connection. */
  readonly pragmas: readonly string[];
  /** How long a statement waits for a lock, on the thread. */
  readonly busyTimeoutMs: number;
}

/** A request to the connection. */
export type SqliteCommand =
  | { readonly command: "begin" | "commit" | "rollback" }
  | { readonly command: "execute"; readonly sql: string; readonly params: readonly unknown[] };

/** The result of a statement. */
export interface SqliteResult {
  readonly rows: Record<string, unknown>[];
  readonly changes: number;
}

const KEPT_STATEMENTS = 100;

const { path, make, pragmas, busyTimeoutMs } = workerData as SqliteConnectionData;
const db = new Database(path, { timeout: busyTimeoutMs, fileMustExist: make.length === 0 });
for (const statements of make) db.exec(statements);
for (const pragma of pragmas) db.pragma(pragma);
// Integers are passed as bigints: the driver would store numbers as floats, and misread integers beyond 2^53.
db.defaultSafeIntegers(true);
const prepared = new Map<string, Database.Statement<unknown[], Record<string, unknown>>>();

answerRequests(run, () => db.close());

function run(request: SqliteCommand): SqliteResult | undefined {
  if (request.command === "execute") return execute(request.sql, request.params);
  if (request.command !== "rollback" || db.inTransaction) db.exec(request.command);
  return undefined;
}

function execute(sql: string, params: readonly unknown[]): SqliteResult {
  const statement = prepare(sql);
  const values = params.map(toDriver);
  let result: SqliteResult;
  if (statement.reader) {
    const rows = statement.all(...values);
    for (const row of rows) for (const name of Object.keys(row)) row[name] = fromDriver(row[name]);
    result = { rows, changes: statement.readonly ? 0 : rows.length };
  } else {
    result = { rows: [], changes: statement.run(...values).changes };
  }
  if (db.inTransaction) return result;
  db.exec("begin");
  throw Object.assign(new Error("A transaction ends with its function, not by SQL"), { code: "SQLITE_MISUSE" });
}

function prepare(sql: string) {
  let statement = prepared.get(sql);
  if (statement === undefined) {
    const [oldest] = prepared.keys();
    if (oldest !== undefined && prepared.size >= KEPT_STATEMENTS) prepared.delete(oldest);
    statement = db.prepare<unknown[], Record<string, unknown>>(sql);
    prepared.set(sql, statement);
  }
  return statement;
}

function toDriver(value: unknown): unknown {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return Number.isSafeInteger(value) ? BigInt(value as number) : value;
}

function fromDriver(value: unknown): unknown {
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
