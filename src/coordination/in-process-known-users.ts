import type { Requester } from "../homeserver/who/authenticator.ts";
import type { CredentialsKey } from "../homeserver/who/credentials-key.ts";
import type { KnownUser, KnownUsers } from "../homeserver/who/known-users.ts";
import { FairAnswers } from "./fair-answers.ts";

interface Kept {
  readonly requester: Requester;
  readonly freshUntilMs: number;
}

export interface KnownUsersOptions {
  /** The most answers that are kept. Default 10,000. */
  readonly maxEntries?: number;
  /** How long an answer is valid without asking again. Default 30 s. */
  readonly cacheForMs?: number;
  /** How long it is kept after that, for times when the homeserver cannot be asked. Default 5 min. */
  readonly graceMs?: number;
}

/**
 * The users that the homeserver named to this process. When there are too many entries, the token with the most entries
 * loses one: user ids that a client makes up evict only that client's own entries.
 */
export class InProcessKnownUsers implements KnownUsers {
  readonly #users: FairAnswers<Kept>;
  readonly #cacheForMs: number;
  readonly #graceMs: number;

  constructor({ maxEntries = 10_000, cacheForMs = 30_000, graceMs = 300_000 }: KnownUsersOptions = {}) {
    this.#users = new FairAnswers(maxEntries);
    this.#cacheForMs = cacheForMs;
    this.#graceMs = graceMs;
  }

  find(key: CredentialsKey, nowMs: number): KnownUser | undefined {
    const user = this.#users.get(key.token, key.ids, nowMs);
    return user && { requester: user.requester, isFresh: nowMs < user.freshUntilMs };
  }

  keep(key: CredentialsKey, requester: Requester, askedAtMs: number): void {
    const freshUntilMs = askedAtMs + this.#cacheForMs;
    this.#users.set(key.token, key.ids, { requester, freshUntilMs }, freshUntilMs + this.#graceMs);
  }

  forget(key: CredentialsKey): void {
    this.#users.delete(key.token, key.ids);
  }

  forgetToken(key: CredentialsKey): void {
    this.#users.deleteHolder(key.token);
  }
}
