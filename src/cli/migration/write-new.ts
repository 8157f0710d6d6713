import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { StartError } from "../../errors.ts";

/** For files with user ids in them. */
export const OWNER_ONLY = 0o600;
const FOR_ALL = 0o666;

/**
 * Writes a file that is not there yet, whole or not at all. Throws a StartError; another file of that name stays as it
 * is.
 */
export function writeNew(file: string, text: string, mode: number = FOR_ALL): void {
  try {
    const made = openSync(file, "wx", mode);
    try {
      writeFileSync(made, text);
    } catch (error) {
      rmSync(file, { force: true });
      throw error;
    } finally {
      closeSync(made);
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") throw alreadyThere(file);
    throw new StartError("CONFIG", `${file} cannot be written: ${message}`, { cause });
  }
}

/** What is said of a file that would have been overwritten. */
export function alreadyThere(file: string): StartError {
  return new StartError("CONFIG", `${file} exists already, and nothing was changed: name another file`);
}
