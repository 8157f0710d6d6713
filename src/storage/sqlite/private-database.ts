import { chmodSync, closeSync, lstatSync, openSync, statSync } from "node:fs";
import { StartError } from "../../errors.ts";
import type { Logger } from "../../util/log.ts";
import { isSystemError } from "../failure.ts";

const OWNER_ONLY = 0o600;
/**
 * The database and the files that SQLite keeps beside it; SQLite gives them the mode that the database has at that
 * time.
 */
const SUFFIXES = ["", "-wal", "-shm", "-journal"];

/**
 * Throws a StartError `STORE` where one of the files of a database is there and is a link, a pipe or something else:
 * SQLite would write through a link, and wait for a pipe.
 */
export function expectFiles(path: string): void {
  for (const file of SUFFIXES.map((suffix) => path + suffix)) {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found?.isFile() === false) throw new StartError("STORE", `${file} is not a file: move it away`);
  }
}

/** Makes the file of a database where it does not exist: SQLite would make it readable for every user. */
export function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, "wx", OWNER_ONLY));
  } catch (error) {
    // An existing one is not opened: closing it would drop SQLite's locks on it.
    if (!isSystemError(error, "EEXIST")) throw error;
  }
}

/**
 * Takes read access to the database, which has rows of all users, from every other user of the machine: earlier
 * releases made it readable for all.
 */
export function keepPrivate(path: string, log: Logger): void {
  for (const file of SUFFIXES.map((suffix) => path + suffix)) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined || (found.mode & 0o777) === OWNER_ONLY) continue;
    try {
      chmodSync(file, OWNER_ONLY);
    } catch (error) {
      log.warn({ err: error, path: file }, "the mode of the database cannot be set: others may be able to read it");
    }
  }
}
