import {
  ModuleDatabaseError,
  type ModuleDatabase,
  type ModuleTransaction,
  type SqlValue,
  type TransactionOptions,
} from "../../module-api/module-database.ts";
import { Deadline } from "./deadline.ts";
import { explainMissingTable, type DatabasePlace } from "./missing-table.ts";
import type { Session, StatementResult, TransactionEngine } from "./engine.ts";

const MAX_ATTEMPTS = 5;
const DEFAULT_DEADLINE_MS = 30_000;

/** Transactions over one engine: attempts, deadlines, and commit or rollback by the outcome of the function. */
export class EngineDatabase implements ModuleDatabase {
  readonly #engine: TransactionEngine;
  readonly #place: DatabasePlace;

  /** @param place whose database it is, for messages */
  constructor(engine: TransactionEngine, place: DatabasePlace) {
    this.#engine = engine;
    this.#place = place;
  }

  async transaction<T>(
    name: string,
    run: (txn: ModuleTransaction) => Promise<T> | T,
    { deadlineMs = DEFAULT_DEADLINE_MS }: TransactionOptions = {},
  ): Promise<T> {
    const deadline = new Deadline(name, deadlineMs);
    try {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#attempt(name, run, deadline);
        } catch (error) {
          const isLast = attempt === MAX_ATTEMPTS || deadline.isOver;
          if (isLast || !this.#engine.isWorthRetrying(error)) throw error;
        }
      }
    } finally {
      deadline.end();
    }
  }

  /** Lets running transactions end, then closes every connection. */
  close(): Promise<void> {
    return this.#engine.close();
  }

  async #attempt<T>(name: string, run: (txn: ModuleTransaction) => Promise<T> | T, deadline: Deadline): Promise<T> {
    const session = await this.#begin(deadline);
    const txn = new OpenTransaction(name, session, this.#place);
    let result: T;
    try {
      result = await deadline.race(Promise.resolve(run(txn)));
      txn.end();
    } catch (error) {
      txn.end();
      const abandoned = session.abandon();
      // A statement may run long past the deadline. The next transaction waits for it, this one does not.
      if (!deadline.isOver) await abandoned;
      throw error;
    }
    await session.commit();
    return result;
  }

  async #begin(deadline: Deadline): Promise<Session> {
    const beginning = this.#engine.begin(deadline.remainingMs);
    try {
      return await deadline.race(beginning);
    } catch (error) {
      // The transaction may still get its turn.
      void beginning.then(
        (session) => session.abandon(),
        () => undefined,
      );
      throw error;
    }
  }
}

class OpenTransaction implements ModuleTransaction {
  readonly #name: string;
  readonly #session: Session;
  readonly #place: DatabasePlace;
  #isOver = false;

  constructor(name: string, session: Session, place: DatabasePlace) {
    this.#name = name;
    this.#session = session;
    this.#place = place;
  }

  async execute<Row = Record<string, unknown>>(sql: string, params: readonly SqlValue[] = []): Promise<Row[]> {
    return (await this.#run(sql, params)).rows as Row[];
  }

  async change(sql: string, params: readonly SqlValue[] = []): Promise<number> {
    return (await this.#run(sql, params)).changes;
  }

  end(): void {
    this.#isOver = true;
  }

  async #run(sql: string, params: readonly SqlValue[]): Promise<StatementResult> {
    if (this.#isOver) throw new ModuleDatabaseError("ENDED", `The transaction ${this.#name} is over`);
    try {
      return await this.#session.execute(sql, params);
    } catch (error) {
      throw explainMissingTable(error, this.#place);
    }
  }
}
