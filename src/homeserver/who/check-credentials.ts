import { matrixError } from "../../errors.ts";
import type { Credentials } from "./authenticator.ts";

/** Matrix limits user ids and device ids to this length. */
const MAX_ID_BYTES = 255;
/**
 * The longest token that the homeserver is asked about. With it, ids of the greatest length and the client's
 * `User-Agent`, the whole head of a question stays below 8 KiB, which servers and proxies accept in any configuration:
 * a long token cannot make one of them drop the question, or answer with a page of its own.
 */
const MAX_TOKEN_LENGTH = 4096;

/**
 * Throws what the client gets without a question: `PARAMETER_TOO_LONG` (400) for ids that no user and no device can
 * have, `UNKNOWN_TOKEN` (401) for a token that no header can carry.
 */
export function checkCredentials({ token, userId, deviceId }: Credentials): void {
  if (isTooLong(userId) || isTooLong(deviceId)) throw matrixError("PARAMETER_TOO_LONG");
  if (token.length > MAX_TOKEN_LENGTH || !/^[\x21-\x7e]+$/.test(token)) {
    throw matrixError("UNKNOWN_TOKEN", { fields: { soft_logout: false } });
  }
}

function isTooLong(id: string | undefined): boolean {
  return id !== undefined && (id.length > MAX_ID_BYTES || Buffer.byteLength(id) > MAX_ID_BYTES);
}
