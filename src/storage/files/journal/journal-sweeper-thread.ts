import { closeSync, constants, fsyncSync, openSync, rmSync } from "node:fs";
import { answerRequests } from "../../../util/threads/thread-messages.ts";

/** Folders to flush, and names to remove afterwards. */
export interface SweepBatch {
  readonly folders: readonly string[];
  readonly names: readonly string[];
}

/** The folder is gone because its media was deleted, or its file system does not flush folders. */
const NOT_TO_FLUSH = new Set(["ENOENT", "EINVAL", "ENOTSUP", "EOPNOTSUPP"]);

answerRequests(({ folders, names }: SweepBatch) => {
  for (const folder of folders) flush(folder);
  for (const name of names) rmSync(name, { force: true });
});

function flush(folder: string): void {
  let fd: number | undefined;
  try {
    fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    fsyncSync(fd);
  } catch (error) {
    if (!NOT_TO_FLUSH.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
