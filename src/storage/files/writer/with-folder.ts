import { dirname } from "node:path";
import { isSystemError } from "../../failure.ts";

/** How often a folder may vanish (an abort beside us removed it, empty) between making it and linking into it. */
const FOLDER_ATTEMPTS = 5;

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
        // Node's mkdir finds a folder on the way, looks what it is, and takes one that is gone by then for a file. A real one is met again.
        if (!isSystemError(reason, "ENOTDIR")) throw reason;
      });
    }
  }
}
