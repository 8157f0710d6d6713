import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { StartError } from "../../../errors.ts";
import { isBusy } from "../../failure.ts";
import { schemaVersion } from "../migrations.ts";
import { MIGRATIONS } from "../schema-steps.ts";

/** How long a command waits for a lock of another process. */
const BUSY_MS = 5_000;

/** What a command does with a database. */
export interface DatabaseUse {
  readonly mayWrite: boolean;
}

/**
 * Works on a database that a service has made, beside the running service or without one. Nothing is made or brought up
 * to this release. Throws a StartError `STORE` where the database does not exist, is of another release, or stays
 * locked.
 */
export function withExistingDatabase<T>(path: string, use: DatabaseUse, work: (db: Database.Database) => T): T {
  const db = openExistingDatabase(path, use);
  try {
    return work(db);
  } catch (error) {
    throw describeReadFailure(error, path);
  } finally {
    db.close();
  }
}

/** As {@link withExistingDatabase}, for more than one piece of work: `close` it. Throws a StartError `STORE`. */
export function openExistingDatabase(path: string, { mayWrite }: DatabaseUse): Database.Database {
  if (!existsSync(path)) {
    throw new StartError(
      "STORE",
      `There is no database ${path}: the service has not been started with this configuration`,
    );
  }
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: BUSY_MS, fileMustExist: true });
    // A connection that SQLite opens for reading leaves its log and its index behind, owned by the user of the command.
    db.pragma(`query_only = ${mayWrite ? "off" : "on"}`);
    checkVersion(db, path);
    return db;
  } catch (error) {
    db?.close();
    throw describeReadFailure(error, path);
  }
}

function checkVersion(db: Database.Database, path: string): void {
  const version = schemaVersion(db);
  if (version === MIGRATIONS.length) return;
  const found = `The database ${path} has schema version ${version ?? 0}`;
  const known = `this release reads version ${MIGRATIONS.length}`;
  const isNewer = version !== undefined && version > MIGRATIONS.length;
  const remedy = isNewer ? "use the command of the newer release" : "start the service of this release once";
  throw new StartError("STORE", `${found}, ${known}: ${remedy}`);
}

/** The error of such a database, in words for the operator where the operator can mend it. */
export function describeReadFailure(error: unknown, path: string): unknown {
  if (error instanceof StartError) return error;
  if (isBusy(error)) {
    const locked = `The database ${path} is locked by another process, and was for ${BUSY_MS / 1000} s`;
    return new StartError("STORE", `${locked}: try again once that process is done`, { cause: error });
  }
  if (!(error instanceof Database.SqliteError)) return error;
  return new StartError("STORE", `The database ${path} cannot be read: ${error.message}`, { cause: error });
}
