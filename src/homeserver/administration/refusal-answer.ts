import { CATALOGUE, MatrixError, matrixError } from "../../errors.ts";
import { HomeserverError, retryAfterSecondsOf } from "../homeserver-error.ts";
import { HomeserverNotConfigured, HomeserverRefusal } from "../client/refusal.ts";

/**
 * What the client is answered for whom the homeserver was asked in vain: its own 400, 401, 403, 404 or 429 unchanged,
 * `HOMESERVER_FAILED` (503) where it gave no usable answer, and `HOMESERVER_NOT_CONFIGURED` (501) where there is none.
 */
export function answerOfFailure(error: unknown): unknown {
  if (error instanceof HomeserverNotConfigured) return matrixError("HOMESERVER_NOT_CONFIGURED", { cause: error });
  if (error instanceof HomeserverRefusal) {
    const { status, errcode, bodyText } = error;
    if (errcode !== undefined && PASSED_ON.has(status)) {
      return new MatrixError(status, errcode, "Refused by the homeserver", { bodyText });
    }
    return matrixError("HOMESERVER_FAILED", { cause: error });
  }
  if (error instanceof HomeserverError) {
    const headers = { "Retry-After": String(retryAfterSecondsOf(error)) };
    return matrixError("HOMESERVER_FAILED", { headers, cause: error });
  }
  return error;
}

const LOOP_STATUS = CATALOGUE.HOMESERVER_IS_OURSELVES[0];

const PASSED_ON: ReadonlySet<number> = new Set([400, 401, 403, 404, 429, LOOP_STATUS]);
