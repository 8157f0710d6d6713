import { dirname } from "node:path";
import { isSystemError } from "../../failure.ts";

/**
 * How often a folder may vanish between making it and linking into it: an abort of another upload, or a removal, takes
 * it away while it is empty. Many that meet in one folder on a busy machine lose this race several times in a row.
 */
const FOLDER_ATTEMPTS = 100;

/** Makes the folder of a path only when it proves to be missing, which is rare. */
export async function inFolder<T>(
  path: string,
  act: () => T | Promise<T>,
  makeFolder: (folder: string) => Promise<void>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt === FOLDER_ATTEMPTS || !isSystemError(error, "ENOENT")) throw error;
      await makeFolder(dirname(path)).catch((reason: unknown) => {
        // Node's mkdir finds a folder on the way and checks it; where the folder is gone by then, it reports a file in
        // its place. A real file is found again by the next attempt.
        if (!isSystemError(reason, "ENOTDIR")) throw reason;
      });
    }
  }
}
