import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";
import { ModuleDatabaseError } from "../../modules/module-database.ts";

/**
 * The thread that holds the connection. Text, since a thread cannot be started from TypeScript on Node 20. Integers come and go
 * as such: the driver would store numbers as floats, and read integers beyond 2^53 wrong.
 */
const THREAD = `
const { parentPort, workerData } = require("node:worker_threads");
const Database = require(workerData.driver);
const KEPT_STATEMENTS = 100;
const db = new Database(workerData.path, { timeout: workerData.busyTimeoutMs, fileMustExist: workerData.make.length === 0 });
for (const statements of workerData.make) db.exec(statements);
for (const pragma of workerData.pragmas) db.pragma(pragma);
db.defaultSafeIntegers(true);
const statements = new Map();
const prepare = (sql) => {
  let statement = statements.get(sql);
  if (statement === undefined) {
    if (statements.size >= KEPT_STATEMENTS) statements.delete(statements.keys().next().value);
    statement = db.prepare(sql);
    statements.set(sql, statement);
  }
  return statement;
};
const toDriver = (value) => {
  if (typeof value === "boolean") return value ? 1n : 0n;
  return Number.isSafeInteger(value) ? BigInt(value) : value;
};
const fromDriver = (value) =>
  typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
const commands = {
  begin: () => void db.exec("begin"),
  commit: () => void db.exec("commit"),
  rollback: () => void (db.inTransaction && db.exec("rollback")),
  execute({ sql, params }) {
    const statement = prepare(sql);
    const values = params.map(toDriver);
    let result;
    if (statement.reader) {
      const rows = statement.all(...values);
      for (const row of rows) for (const name in row) row[name] = fromDriver(row[name]);
      result = { rows, changes: statement.readonly ? 0 : rows.length };
    } else {
      result = { rows: [], changes: statement.run(...values).changes };
    }
    if (db.inTransaction) return result;
    db.exec("begin");
    throw Object.assign(new Error("A transaction ends with its function, not by SQL"), { code: "SQLITE_MISUSE" });
  },
};
parentPort.on("message", (message) => {
  if (message.command === "close") {
    db.close();
    parentPort.close();
    return;
  }
  try {
    parentPort.postMessage({ result: commands[message.command](message) });
  } catch (error) {
    parentPort.postMessage({ error: { message: error.message, code: error.code } });
  }
});
`;

export interface SqliteThreadOptions {
  /** The database file, which must exist. */
  readonly path: string;
  /** Statements that make a database in memory; none for a file. */
  readonly make: readonly string[];
  /** For each new connection. */
  readonly pragmas: readonly string[];
  /** How long a statement waits for a lock, on the thread. */
  readonly busyTimeoutMs: number;
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly code?: string };
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** One connection on a thread of its own, which starts when it is first asked and again where it was lost. */
export class SqliteThread {
  readonly #options: SqliteThreadOptions;
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];

  constructor(options: SqliteThreadOptions) {
    this.#options = options;
  }

  /** Commands are answered in their order. Rejects with a {@link ModuleDatabaseError}. */
  ask(command: { command: "begin" | "commit" | "rollback" } | { command: "execute"; sql: string; params: unknown }) {
    const worker = (this.#worker ??= this.#start());
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // Who waits for an answer keeps the process; between transactions the thread keeps nothing alive.
      worker.ref();
      try {
        worker.postMessage(command);
      } catch (error) {
        this.#waiting.pop();
        reject(new ModuleDatabaseError("SQL", `A parameter cannot be stored: ${String(error)}`, { cause: error }));
      }
    });
  }

  /** Ends the thread after what it has been asked. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.ref();
    worker.postMessage({ command: "close" });
    await ended;
  }

  #start(): Worker {
    const driver = createRequire(import.meta.url).resolve("better-sqlite3");
    const worker = new Worker(THREAD, { eval: true, execArgv: [], workerData: { driver, ...this.#options } });
    worker.on("message", (answer: Answer) => this.#settle(worker, answer));
    worker.on("error", (error) => this.#lose(worker, error));
    worker.on("exit", () => this.#lose(worker, new Error("its thread ended")));
    return worker;
  }

  #settle(worker: Worker, { result, error }: Answer): void {
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) worker.unref();
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new ModuleDatabaseError("SQL", error.message, { cause: error, sqlCode: error.code }));
  }

  #lose(worker: Worker, cause: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const message = `The database ${this.#options.path} cannot be reached: ${cause.message}`;
    for (const waiting of this.#waiting.splice(0)) {
      waiting.reject(new ModuleDatabaseError("UNAVAILABLE", message, { cause }));
    }
  }
}
