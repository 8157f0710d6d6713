import { dirname } from "node:path";
import { isSystemError } from "../../failure.ts";

/**
 * How often a folder may vanish between making it and linking into it: an abort of another upload, or a removal, takes
 * it away while it is empty. Many that meet in one folder on a busy machine lose this race several times in a row.
 */
const FOLDER_ATTEMPTS = 100;

type MakeFolder = (folder: string) => Promise<void>;

/** Makes the folder of a path only when it proves to be missing, which is rare. */
export async function inFolder<T>(path: string, act: () => T | Promise<T>, makeFolder: MakeFolder): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt === FOLDER_ATTEMPTS || !isSystemError(error, "ENOENT")) throw error;
      await makeFolderOf(path, makeFolder);
    }
  }
}

/**
 * Makes the folder of a path. Node's mkdir makes the folders on the way one by one: it does not find one that another
 * caller removed meanwhile, or reports a file in its place.
 */
export async function makeFolderOf(path: string, makeFolder: MakeFolder): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await makeFolder(dirname(path));
    } catch (error) {
      if (attempt === FOLDER_ATTEMPTS || !isSystemError(error, "ENOENT", "ENOTDIR")) throw error;
    }
  }
}
