import fs from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { READ_IN_PLACE } from "../../util/regular-file.ts";
import { isSystemError } from "../failure.ts";

/** File systems that do not flush folders report one of these codes; there is nothing more to do then. */
const NO_FLUSH_OF_FOLDERS = ["EINVAL", "ENOTSUP", "EOPNOTSUPP"];

/** Fails where the path is not a file: the call would wait for a pipe. */
const READ_FOLDER = fs.constants.O_RDONLY | fs.constants.O_DIRECTORY;

const openFile = promisify(fs.open);
const syncFile = promisify(fs.fsync);
const closeFile = promisify(fs.close);

/** Brings the content of an opened file to disk, in a thread. Rejects with Node's error of the system call. */
export const flushContent: (fd: number) => Promise<void> = promisify(fs.fdatasync);

/** Brings the content of a file to disk, in a thread. Rejects with Node's error of the system call. */
export async function flushFile(path: string): Promise<void> {
  const fd = await openFile(path, READ_IN_PLACE);
  try {
    await flushContent(fd);
  } finally {
    await closeFile(fd);
  }
}

/** Brings the names in a folder to disk, in a thread. Rejects with Node's error of the system call. */
export async function flushFolder(path: string): Promise<void> {
  const fd = await openFile(path, READ_FOLDER);
  try {
    await syncFile(fd);
  } catch (error) {
    if (!isSystemError(error, ...NO_FLUSH_OF_FOLDERS)) throw error;
  } finally {
    await closeFile(fd);
  }
}

/**
 * Flushes a folder and all above it: a new folder exists on disk only once its parent's names are there. Folders above
 * it that belong to another user and cannot be opened are older than this process.
 */
export async function flushFoldersTo(path: string): Promise<void> {
  await flushFolder(path);
  for (let folder = path; folder !== dirname(folder);) {
    folder = dirname(folder);
    try {
      await flushFolder(folder);
    } catch (error) {
      if (!isSystemError(error, "EACCES", "EPERM", "EROFS")) throw error;
    }
  }
}
