import { lstatSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { StartError } from "../../errors.ts";
import type { Logger } from "../../util/log.ts";
import { describeReadFailure } from "../sqlite/offline/existing-database.ts";
import { expectFiles, keepPrivate, makePrivate } from "../sqlite/private-database.ts";

/** A SQLite database beside the stores, for one purpose. */
export interface PrivateDatabase {
  readonly path: string;
  /** Marks its file, so that no other one is taken for it: `application_id`, 32 bits. */
  readonly mark: number;
  /** Each takes it one version up. A released entry is never edited. */
  readonly migrations: readonly string[];
}

/** How it is opened for writing. */
export interface PrivateDatabaseOptions {
  /** How long a statement waits for a lock. */
  readonly busyMs: number;
  /** The most that the file may take, without its log, which takes a few MiB. */
  readonly maxBytes: number;
  readonly log: Logger;
}

const PAGE_BYTES = 4096;
const WAL_BYTES = 2 ** 22;
const COMMAND_BUSY_MS = 5_000;

/**
 * Opens the database in the thread that calls, and makes it, readable for its owner alone, where it does not exist. A
 * write beyond `maxBytes` fails with SQLite's `SQLITE_FULL`. Throws a StartError `STORE`.
 */
export function openPrivate(database: PrivateDatabase, options: PrivateDatabaseOptions): Database.Database {
  const { path } = database;
  let db: Database.Database | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    expectFiles(path);
    makePrivate(path);
    db = new Database(path, { timeout: options.busyMs });
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = NORMAL");
    db.pragma(`journal_size_limit = ${WAL_BYTES}`);
    db.pragma(`max_page_count = ${Math.floor(options.maxBytes / PAGE_BYTES)}`);
    migrate(db, database);
    keepPrivate(path, options.log);
    return db;
  } catch (error) {
    db?.close();
    throw cannotOpen(error, path);
  }
}

/**
 * Reads a database that exists, beside its writer or without one; undefined where there is none. Throws a StartError
 * `STORE`.
 */
export function readPrivate<T>(database: PrivateDatabase, read: (db: Database.Database) => T): T | undefined {
  return withExisting(database, "on", read);
}

/**
 * Changes a database that exists, beside its writer or without one; undefined where there is none. What is deleted is
 * overwritten. Throws a StartError `STORE`.
 */
export function changePrivate<T>(database: PrivateDatabase, change: (db: Database.Database) => T): T | undefined {
  return withExisting(database, "off", (db) => {
    db.pragma("secure_delete = on");
    const changed = db.transaction(() => change(db)).immediate();
    // Its log has what was deleted as well, until it is moved into the file.
    db.pragma("wal_checkpoint(truncate)");
    return changed;
  });
}

function withExisting<T>(
  database: PrivateDatabase,
  queryOnly: "on" | "off",
  work: (db: Database.Database) => T,
): T | undefined {
  const { path } = database;
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  expectFiles(path);
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: COMMAND_BUSY_MS, fileMustExist: true });
    // A connection that SQLite opens for reading leaves its log and its index behind, owned by the user of the command.
    db.pragma(`query_only = ${queryOnly}`);
    // Made, and not filled yet.
    if (versionOf(db) === 0 && isEmpty(db)) return undefined;
    expectOurs(db, database);
    if (versionOf(db) < database.migrations.length) throw ofEarlierRelease(path);
    return work(db);
  } catch (error) {
    throw describeReadFailure(error, path);
  } finally {
    db?.close();
  }
}

function migrate(db: Database.Database, database: PrivateDatabase): void {
  db.transaction(() => {
    if (versionOf(db) === 0 && isEmpty(db)) db.pragma(`application_id = ${database.mark}`);
    expectOurs(db, database);
    for (const step of database.migrations.slice(versionOf(db))) db.exec(step);
    db.pragma(`user_version = ${database.migrations.length}`);
  }).immediate();
}

function expectOurs(db: Database.Database, { path, mark, migrations }: PrivateDatabase): void {
  if (db.pragma("application_id", { simple: true }) !== mark) {
    throw new StartError("STORE", `The database ${path} was made by another program: move it away`);
  }
  const version = versionOf(db);
  if (version <= migrations.length) return;
  throw new StartError(
    "STORE",
    `The database ${path} has schema version ${version}, this release knows versions up to ${migrations.length}: ` +
      "use the newer release, or delete the file",
  );
}

function versionOf(db: Database.Database): number {
  return db.pragma("user_version", { simple: true }) as number;
}

function isEmpty(db: Database.Database): boolean {
  const tables = db.pragma("table_list") as readonly { readonly name: string }[];
  return tables.every(({ name }) => name.startsWith("sqlite_"));
}

function ofEarlierRelease(path: string): StartError {
  return new StartError("STORE", `The database ${path} is of an earlier release: start the service of this one once`);
}

function cannotOpen(error: unknown, path: string): StartError {
  if (error instanceof StartError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StartError("STORE", `The database ${path} cannot be opened: ${reason}`, { cause: error });
}
