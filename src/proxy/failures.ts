import { MatrixError, matrixError } from "../errors.ts";

/** Returns the coded error for a request, or an answer, that failed. */
export type DescribeFailure = (error: unknown) => MatrixError;

/** The error for a request to Synapse, or for its answer. */
export function describeFailure(error: unknown): MatrixError {
  if (MatrixError.is(error)) return error;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  // What undici refuses to send at all or completely: for example, a header that no request may have twice.
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH")
    return matrixError("BAD_REQUEST", { cause: error });
  if (/^UND_ERR_(?:HEADERS|BODY)_TIMEOUT$/.test(code)) return matrixError("UPSTREAM_TIMEOUT", { cause: error });
  return matrixError("UPSTREAM_BROKEN", { cause: error });
}

/** The error for a request to a Python child, or for its answer: where the child fails, `MODULE_UNAVAILABLE`. */
export function describeChildFailure(error: unknown): MatrixError {
  const failure = describeFailure(error);
  if (failure.code?.startsWith("UPSTREAM_") !== true) return failure;
  return matrixError("MODULE_UNAVAILABLE", { cause: MatrixError.is(error) ? (error.cause ?? error) : error });
}
