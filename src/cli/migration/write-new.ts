import { writeFileSync } from "node:fs";
import { StartError } from "../../errors.ts";

/** For files with user ids in them. */
export const OWNER_ONLY = 0o600;

/** Writes a file that is not there yet. Throws a StartError; another file of that name stays as it is. */
export function writeNew(file: string, text: string, mode?: number): void {
  try {
    writeFileSync(file, text, { flag: "wx", ...(mode !== undefined && { mode }) });
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
