import type { Database, Statement } from "better-sqlite3";
import { storeFailed } from "../failure.ts";

/** The statements of a table, under the names that `storage/sql` gives their texts. */
export type Statements<Texts> = { readonly [Name in keyof Texts]: Statement };

/** An open SQLite database: statements that are prepared once, and reads that fail with a coded error. */
export class SqliteConnection {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Prepares every text of a table. */
  prepare<Texts extends Readonly<Record<string, string>>>(texts: Texts): Statements<Texts> {
    const prepared = Object.entries(texts).map(([name, text]) => [name, this.#db.prepare(text)]);
    return Object.fromEntries(prepared) as Statements<Texts>;
  }

  /** Calls `read` at once and resolves to its result. Rejects with `STORE_FAILED` or `STORE_BUSY`. */
  async read<T>(read: () => T): Promise<T> {
    try {
      return read();
    } catch (error) {
      throw storeFailed(error);
    }
  }

  /** Closes the database. */
  async close(): Promise<void> {
    this.#db.close();
  }
}
