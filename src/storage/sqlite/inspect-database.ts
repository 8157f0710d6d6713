import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { StartError } from "../../errors.ts";
import { expectUsable } from "./migrations.ts";

/** How long to wait for a lock of a service that runs. */
const BUSY_MS = 5_000;

/**
 * Looks whether a start could use a database, and changes nothing in it. One that does not exist is made by the start.
 * Throws a StartError `STORE`.
 */
export function inspectSqlite(path: string): void {
  if (!existsSync(path)) return;
  let db: Database.Database | undefined;
  try {
    // Not read-only: such a connection would leave SQLite's files beside the database behind.
    db = new Database(path, { timeout: BUSY_MS, fileMustExist: true });
    expectUsable(db, path);
  } catch (error) {
    if (error instanceof StartError) throw error;
    const reason = (error as Error).message;
    throw new StartError("STORE", `The database ${path} cannot be opened: ${reason}`, { cause: error });
  } finally {
    db?.close();
  }
}
