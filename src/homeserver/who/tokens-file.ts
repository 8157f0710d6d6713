import { matrixError } from "../../errors.ts";
import type { Authenticator, Requester } from "./authenticator.ts";
import { checkCredentials } from "./check-credentials.ts";
import { tokenKey } from "./credentials-key.ts";

/** The owner of a token of the tokens file. */
export interface TokenOwner {
  readonly userId: string;
  readonly admin: boolean;
  readonly guest: boolean;
}

/**
 * Knows users by a fixed table from token to owner, without asking a homeserver. A token is one user: `user_id` and
 * `device_id` of a request change nothing, as long as some user and device can have them. Throws `UNKNOWN_TOKEN` (401)
 * for every other token.
 */
export function createTokensFileAuthenticator(tokens: ReadonlyMap<string, TokenOwner>): Authenticator {
  // Found by hash, so that the time of a look-up does not reveal how much of a token was right.
  const requesters = new Map<string, Requester>();
  for (const [token, { userId, admin, guest }] of tokens) {
    requesters.set(tokenKey(token), Object.freeze({ userId, admin, guest, appservice: false }));
  }
  return {
    whoIs(credentials) {
      checkCredentials(credentials);
      const requester = requesters.get(tokenKey(credentials.token));
      if (requester === undefined) throw matrixError("UNKNOWN_TOKEN", { fields: { soft_logout: false } });
      return requester;
    },
  };
}
