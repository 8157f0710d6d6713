import type { Requester } from "./authenticator.ts";
import type { CredentialsKey } from "./credentials-key.ts";

/** A user that the homeserver named, and whether the answer is still fresh. */
export interface KnownUser {
  readonly requester: Requester;
  readonly isFresh: boolean;
}

/**
 * Which user the homeserver named for which credentials: fresh at first, then good for a grace only. It is asked on
 * every request and answers at once: an implementation that several instances share keeps a copy in each. Times are
 * those of the authenticator's clock, in milliseconds.
 */
export interface KnownUsers {
  /** The user kept under a key; undefined past the grace. */
  find(key: CredentialsKey, nowMs: number): KnownUser | undefined;
  /** @param askedAtMs when the question was sent: the answer may be that old when it arrives */
  keep(key: CredentialsKey, requester: Requester, askedAtMs: number): void;
  /** The homeserver refuses these credentials: from now on no user is known by them. */
  forget(key: CredentialsKey): void;
  /** The homeserver does not know the token any more: no user is known by it, whatever ids come with it. */
  forgetToken(key: CredentialsKey): void;
}
