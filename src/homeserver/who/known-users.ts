import type { Requester } from "./authenticator.ts";
import type { CredentialsKey } from "./credentials-key.ts";
import { FairAnswers } from "./fair-answers.ts";

interface KnownUser {
  readonly requester: Requester;
  readonly freshUntilMs: number;
}

export interface KnownUsersOptions {
  readonly maxEntries: number;
  /** How long an answer holds without asking again. */
  readonly cacheForMs: number;
  /** How long it is kept past that, for when the homeserver cannot be asked. */
  readonly graceMs: number;
}

/**
 * Which user the homeserver named for which credentials: fresh at first, then good for a grace only. Where there are
 * too many, the token with most entries loses one: ids that a user makes up push out her own entries and no others.
 */
export class KnownUsers {
  readonly #users: FairAnswers<KnownUser>;
  readonly #cacheForMs: number;
  readonly #graceMs: number;

  constructor({ maxEntries, cacheForMs, graceMs }: KnownUsersOptions) {
    this.#users = new FairAnswers(maxEntries);
    this.#cacheForMs = cacheForMs;
    this.#graceMs = graceMs;
  }

  /** The user kept under a key, and whether the answer is fresh; undefined past the grace. */
  find(key: CredentialsKey, nowMs: number): { readonly requester: Requester; readonly isFresh: boolean } | undefined {
    const user = this.#users.get(key.token, key.ids, nowMs);
    return user && { requester: user.requester, isFresh: nowMs < user.freshUntilMs };
  }

  /** @param askedAtMs when the question was sent: the answer may be that old when it arrives */
  keep(key: CredentialsKey, requester: Requester, askedAtMs: number): void {
    const freshUntilMs = askedAtMs + this.#cacheForMs;
    this.#users.set(key.token, key.ids, { requester, freshUntilMs }, freshUntilMs + this.#graceMs);
  }

  /** The homeserver refuses these credentials: from now on nobody is known by them. */
  forget(key: CredentialsKey): void {
    this.#users.delete(key.token, key.ids);
  }

  /** The homeserver does not know the token any more: nobody is known by it, whatever ids come with it. */
  forgetToken(key: CredentialsKey): void {
    this.#users.deleteHolder(key.token);
  }
}
