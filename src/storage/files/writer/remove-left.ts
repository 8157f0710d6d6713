import type { Logger } from "../../../util/log.ts";
import { isSystemError } from "../../failure.ts";
import type { FsOperations } from "../fs-operations.ts";

/** What removes the files, and where failures are logged. */
export interface RemovalParts {
  readonly calls: () => FsOperations;
  readonly log: Logger;
}

/** Removes what an upload left. False where that failed. Never rejects: the next start removes what stays behind. */
export async function removeLeft(
  by: "unlink" | "removeFolder",
  path: string,
  { calls, log }: RemovalParts,
): Promise<boolean> {
  try {
    await calls()[by](path);
  } catch (error) {
    if (isSystemError(error, "ENOENT", "ENOTEMPTY", "EEXIST")) return true;
    warnOfLeft(error, path, log);
    return false;
  }
  return true;
}

/** Logs, in one line, that something stays behind. */
export function warnOfLeft(error: unknown, path: string, log: Logger): void {
  log.warn({ err: error, path }, "could not remove the files that an upload left on disk");
}
