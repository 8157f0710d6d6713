import { MatrixError, matrixError } from "../errors.ts";
import type { Logger } from "../util/log.ts";
import type { Authenticator, Credentials, Requester } from "./authenticator.ts";
import { credentialsKey } from "./credentials-key.ts";
import { HomeserverError } from "./homeserver-error.ts";
import { RecentAnswers } from "./recent-answers.ts";
import { readWhoamiAnswer, type Refusal } from "./whoami-answer.ts";
import { createWhoamiClient } from "./whoami-request.ts";

export interface WhoamiOptions {
  /** The homeserver's base URL; a path in front of `/_matrix` is kept. */
  readonly url: string;
  readonly log: Logger;
  /** How long a user is known without asking again. Default 30 s. */
  readonly cacheForMs?: number;
  /** How long a refusal (401, 403) holds. Default 5 s. */
  readonly negativeCacheForMs?: number;
  /** The most users, and the most refusals, that are kept. Default 10,000. */
  readonly maxEntries?: number;
  /** For one question as a whole. Default 10 s. */
  readonly timeoutMs?: number;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}

/** An {@link Authenticator} that holds connections. */
export interface WhoamiAuthenticator extends Authenticator {
  /** Waits for questions under way (`timeoutMs` at most), then closes the connections. */
  close(): Promise<void>;
}

const RETRY_AFTER_SECONDS = 5;
const WARN_EVERY_MS = 10_000;
const MAX_KEPT_REFUSAL_LENGTH = 4096;

/**
 * Asks the homeserver's `/account/whoami` who a token belongs to. Its 401 and 403 reach the client to the letter; when it
 * is slow, down or talks nonsense the error is `HOMESERVER_UNAVAILABLE` (503) with `Retry-After`, and nothing is kept.
 */
export function createWhoamiAuthenticator(options: WhoamiOptions): WhoamiAuthenticator {
  const { url, cacheForMs = 30_000, negativeCacheForMs = 5000, maxEntries = 10_000, timeoutMs = 10_000 } = options;
  const now = options.now ?? (() => performance.now());
  const client = createWhoamiClient(url, timeoutMs);
  // Apart, so that a flood of made-up tokens does not push out the users.
  const known = new RecentAnswers<Requester>(maxEntries);
  const refused = new RecentAnswers<Refusal>(maxEntries);
  const underWay = new Map<string, Promise<Requester>>();
  const warn = createWarning(options.log, now);

  async function lookUp(key: string, credentials: Credentials): Promise<Requester> {
    // Counted from the question: the answer may be that old when it arrives.
    const askedAtMs = now();
    try {
      const verdict = readWhoamiAnswer(await client.ask(credentials));
      if ("requester" in verdict) {
        known.set(key, verdict.requester, askedAtMs + cacheForMs);
        return verdict.requester;
      }
      if (verdict.refusal.bodyText.length <= MAX_KEPT_REFUSAL_LENGTH) {
        refused.set(key, verdict.refusal, askedAtMs + negativeCacheForMs);
      }
      throw refusalError(verdict.refusal);
    } catch (error) {
      if (!(error instanceof HomeserverError)) throw error;
      warn(error);
      const retryAfter = error.retryAfterSeconds ?? RETRY_AFTER_SECONDS;
      throw matrixError("HOMESERVER_UNAVAILABLE", { headers: { "Retry-After": String(retryAfter) }, cause: error });
    } finally {
      underWay.delete(key);
    }
  }

  return {
    whoIs(credentials) {
      // What no header can carry is nobody's token.
      if (!/^[\x21-\x7e]+$/.test(credentials.token))
        throw matrixError("UNKNOWN_TOKEN", { fields: { soft_logout: false } });
      const key = credentialsKey(credentials);
      const nowMs = now();
      const requester = known.get(key, nowMs);
      if (requester !== undefined) return requester;
      const refusal = refused.get(key, nowMs);
      if (refusal !== undefined) throw refusalError(refusal);
      const shared = underWay.get(key);
      if (shared !== undefined) return shared;
      const lookup = lookUp(key, credentials);
      underWay.set(key, lookup);
      return lookup;
    },
    close: () => client.close(),
  };
}

function refusalError({ status, errcode, bodyText }: Refusal): MatrixError {
  return new MatrixError(status, errcode, "Refused by the homeserver", { bodyText });
}

/** One line in a while, however many requests fail. */
function createWarning(log: Logger, now: () => number): (error: HomeserverError) => void {
  let lastAtMs = Number.NEGATIVE_INFINITY;
  let unreported = 0;
  return (error) => {
    const nowMs = now();
    if (nowMs - lastAtMs < WARN_EVERY_MS) {
      unreported += 1;
      return;
    }
    log.warn({ code: error.code, reason: error.message, unreported }, "the homeserver cannot be asked who is asking");
    lastAtMs = nowMs;
    unreported = 0;
  };
}
