import type { Requester } from "./authenticator.ts";
import type { CredentialsKey } from "./credentials-key.ts";

/** A user that the homeserver named, and whether the answer is still fresh. */
export interface KnownUser {
  readonly requester: Requester;
  readonly isFresh: boolean;
}

/**
 * Which user the homeserver named for which credentials: fresh at first, then valid only for a grace period. It is
 * asked on every request and answers at once: an implementation that several instances share keeps a copy in each.
 * Times are those of the authenticator's clock, in milliseconds.
 */
export interface KnownUsers {
  /** The user kept under a key; undefined after the grace period. */
  find(key: CredentialsKey, nowMs: number): KnownUser | undefined;
  /** @param askedAtMs when the question was sent: the answer may be that old when it arrives */
  keep(key: CredentialsKey, requester: Requester, askedAtMs: number): void;
  /** The homeserver refuses these credentials: from now on they identify no user. */
  forget(key: CredentialsKey): void;
  /** The homeserver does not know the token any more: it identifies no user, whatever ids come with it. */
  forgetToken(key: CredentialsKey): void;
}
