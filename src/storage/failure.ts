import { MatrixError, matrixError } from "../errors.ts";

/** The coded error of a store that failed, with what the system or the database said as its `cause`. */
export function storeFailed(cause: unknown): MatrixError {
  return MatrixError.is(cause) ? cause : matrixError("STORE_FAILED", { cause });
}

/** Whether a failed system call ended with one of these codes (`ENOENT`, …). */
export function isSystemError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}
