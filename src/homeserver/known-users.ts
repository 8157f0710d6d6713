import type { Requester } from "./authenticator.ts";
import { RecentAnswers } from "./recent-answers.ts";

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

/** Whom the homeserver named for which credentials: fresh at first, then good for a grace only. */
export class KnownUsers {
  readonly #users: RecentAnswers<KnownUser>;
  readonly #cacheForMs: number;
  readonly #graceMs: number;

  constructor({ maxEntries, cacheForMs, graceMs }: KnownUsersOptions) {
    this.#users = new RecentAnswers(maxEntries);
    this.#cacheForMs = cacheForMs;
    this.#graceMs = graceMs;
  }

  /** The user kept under a key, and whether the answer is fresh; undefined past the grace. */
  find(key: string, nowMs: number): { readonly requester: Requester; readonly isFresh: boolean } | undefined {
    const user = this.#users.get(key, nowMs);
    return user && { requester: user.requester, isFresh: nowMs < user.freshUntilMs };
  }

  /** @param askedAtMs when the question was sent: the answer may be that old when it arrives */
  keep(key: string, requester: Requester, askedAtMs: number): void {
    const freshUntilMs = askedAtMs + this.#cacheForMs;
    this.#users.set(key, { requester, freshUntilMs }, freshUntilMs + this.#graceMs);
  }

  /** The homeserver refuses these credentials: from now on nobody is known by them. */
  forget(key: string): void {
    this.#users.delete(key);
  }
}
