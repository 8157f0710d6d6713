import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { StartError } from "../../errors.ts";
import type { Logger } from "../../util/log.ts";
import { migrate } from "./migrations.ts";
import { keepPrivate, makePrivate } from "./private-database.ts";

/** At start the service waits for a lock of another process; later, waiting happens off the event loop. */
const START_TIMEOUT_MS = 5_000;

/**
 * The connection of the service itself, to a database that is made where it does not exist. Throws a StartError
 * `STORE`.
 */
export function openDatabase({ path, log }: { readonly path: string; readonly log: Logger }): Database.Database {
  let db: Database.Database | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    makePrivate(path);
    db = new Database(path, { timeout: START_TIMEOUT_MS });
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    db.pragma("wal_autocheckpoint = 0");
    migrate(db, path);
    db.pragma("busy_timeout = 0");
    keepPrivate(path, log);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof StartError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError("STORE", `The database ${path} cannot be opened: ${reason}`, { cause: error });
  }
}
