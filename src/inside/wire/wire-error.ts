import { toJsonText } from "../../util/text/json-text.ts";
import { MatrixError } from "../../errors.ts";
import type { SlotOutcome } from "../../callbacks/slots/slot.ts";

const MAX_MESSAGE_LENGTH = 4 * 1024;
const MAX_TRACE_LENGTH = 16 * 1024;

/** Why a callback has no answer, in the form of the wire (docs/bridge-protocol.md, "Errors"). */
export function errorToWire(error: Error, outcome: SlotOutcome): object {
  const cause = error.cause instanceof Error ? error.cause : error;
  const base = {
    kind: outcome === "timeout" ? "timeout" : outcome === "error" ? "module" : "unavailable",
    type: clean(cause.name, 256),
    message: clean(error.message, MAX_MESSAGE_LENGTH),
    traceback: clean(String(cause.stack), MAX_TRACE_LENGTH),
  };
  if (!MatrixError.is(error)) return base;
  const { status, errcode, headers, fields, bodyText, message } = error;
  const body = bodyText ?? toJsonText({ errcode, error: message, ...fields });
  return { ...base, kind: "synapse", status, errcode, body, headers: { ...headers } };
}

/** Well-formed text of at most this length. */
function clean(text: string, maxLength: number): string {
  return text.slice(0, maxLength).toWellFormed();
}
