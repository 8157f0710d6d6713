import { matrixError } from "../errors.ts";
import type { Authenticator, Requester } from "./authenticator.ts";
import { credentialsKey } from "./credentials-key.ts";

/** Whom a token of the tokens file belongs to. */
export interface TokenOwner {
  readonly userId: string;
  readonly admin: boolean;
  readonly guest: boolean;
}

/**
 * Knows users by a fixed table from token to owner and asks nobody. A token is one user: `user_id` and `device_id` of a
 * request change nothing. Throws `UNKNOWN_TOKEN` (401) for every other token.
 */
export function createTokensFileAuthenticator(tokens: ReadonlyMap<string, TokenOwner>): Authenticator {
  // Found by hash, so that the time of a look-up tells nothing about how much of a token was right.
  const requesters = new Map<string, Requester>();
  for (const [token, { userId, admin, guest }] of tokens) {
    requesters.set(credentialsKey({ token }), Object.freeze({ userId, admin, guest }));
  }
  return {
    whoIs({ token }) {
      const requester = requesters.get(credentialsKey({ token }));
      if (requester === undefined) throw matrixError("UNKNOWN_TOKEN", { fields: { soft_logout: false } });
      return requester;
    },
  };
}
