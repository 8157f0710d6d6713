import { MatrixError, matrixError } from "../errors.ts";

/** The coded error of a store that failed; `cause` is what the system or the database reported. */
export function storeFailed(cause: unknown): MatrixError {
  if (MatrixError.is(cause)) return cause;
  if (!isBusy(cause)) return matrixError("STORE_FAILED", { cause });
  return matrixError("STORE_BUSY", { cause });
}

/** Whether SQLite refused because another connection holds a lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_BUSY");
}

/** Whether a failed system call ended with one of these codes (`ENOENT`, …). */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}
