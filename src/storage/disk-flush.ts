import fs from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { READ_IN_PLACE } from "../util/regular-file.ts";
import { isSystemError } from "./failure.ts";

/** File systems that flush no folders say so by one of these; there is nothing more to be done there. */
const NO_FLUSH_OF_FOLDERS = ["EINVAL", "ENOTSUP", "EOPNOTSUPP"];

/** Fails where there is something else: a pipe would be waited for. */
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

/** Brings to disk which names a folder holds, in a thread. Rejects with Node's error of the system call. */
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
 * Flushes a folder and all above it: a folder that was made a moment ago is only there when its parent's names are on
 * disk. Folders above it that belong to another user, and cannot be opened, were there before.
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
