import type { Logger } from "../../../util/log.ts";
import { isSystemError } from "../../failure.ts";
import type { FsOperations } from "../fs-operations.ts";

/** By what something is removed, and who is told. */
export interface RemovalParts {
  readonly calls: () => FsOperations;
  readonly log: Logger;
}

/** Removes what an upload left. False where that failed. Never rejects: what stays behind is seen to at the next start. */
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

/** The one line that tells of something that stays behind. */
export function warnOfLeft(error: unknown, path: string, log: Logger): void {
  log.warn({ err: error, path }, "could not remove the files that an upload left on disk");
}
