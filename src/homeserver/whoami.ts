import { MatrixError, matrixError } from "../errors.ts";
import type { Logger } from "../util/log.ts";
import type { Authenticator, Credentials, Requester } from "./authenticator.ts";
import { credentialsKey } from "./credentials-key.ts";
import { HomeserverError } from "./homeserver-error.ts";
import { KnownUsers } from "./known-users.ts";
import { Outage } from "./outage.ts";
import { RecentAnswers } from "./recent-answers.ts";
import { readWhoamiAnswer, type Refusal } from "./whoami-answer.ts";
import { createWhoamiClient } from "./whoami-request.ts";

export interface WhoamiOptions {
  /** The homeserver's base URL; a path in front of `/_matrix` is kept. */
  readonly url: string;
  readonly log: Logger;
  /** How long a user is known without asking again. Default 30 s. */
  readonly cacheForMs?: number;
  /** How much longer that user stays known while the homeserver cannot be asked. Default 5 min. */
  readonly graceMs?: number;
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

const MAX_KEPT_REFUSAL_LENGTH = 4096;

/**
 * Asks the homeserver's `/account/whoami` who a token belongs to. Its 401 and 403 reach the client to the letter; when it
 * is slow, down or talks nonsense a user that it named lately stays known for the grace, and for everybody else the error is
 * `HOMESERVER_UNAVAILABLE` (503) with `Retry-After`.
 */
export function createWhoamiAuthenticator(options: WhoamiOptions): WhoamiAuthenticator {
  const { url, cacheForMs = 30_000, graceMs = 300_000, negativeCacheForMs = 5000 } = options;
  const { maxEntries = 10_000, timeoutMs = 10_000, now = () => performance.now() } = options;
  const client = createWhoamiClient(url, timeoutMs);
  // Apart, so that a flood of made-up tokens does not push out the users.
  const known = new KnownUsers({ maxEntries, cacheForMs, graceMs });
  const refused = new RecentAnswers<Refusal>(maxEntries);
  const underWay = new Map<string, Promise<Requester>>();
  const outage = new Outage(options.log);

  async function lookUp(key: string, credentials: Credentials): Promise<Requester> {
    const askedAtMs = now();
    try {
      const verdict = readWhoamiAnswer(await client.ask(credentials));
      outage.end();
      if ("requester" in verdict) {
        known.keep(key, verdict.requester, askedAtMs);
        return verdict.requester;
      }
      known.forget(key);
      if (verdict.refusal.bodyText.length <= MAX_KEPT_REFUSAL_LENGTH) {
        refused.set(key, verdict.refusal, askedAtMs + negativeCacheForMs);
      }
      throw refusalError(verdict.refusal);
    } catch (error) {
      if (!(error instanceof HomeserverError)) throw error;
      const nowMs = now();
      const retryAfter = outage.begin(error, nowMs);
      const kept = known.find(key, nowMs);
      if (kept !== undefined) return kept.requester;
      throw matrixError("HOMESERVER_UNAVAILABLE", { headers: { "Retry-After": String(retryAfter) }, cause: error });
    } finally {
      underWay.delete(key);
    }
  }

  function ask(key: string, credentials: Credentials): Promise<Requester> {
    const shared = underWay.get(key);
    if (shared !== undefined) return shared;
    const lookup = lookUp(key, credentials);
    underWay.set(key, lookup);
    return lookup;
  }

  return {
    whoIs(credentials) {
      // What no header can carry is nobody's token.
      if (!/^[\x21-\x7e]+$/.test(credentials.token))
        throw matrixError("UNKNOWN_TOKEN", { fields: { soft_logout: false } });
      const key = credentialsKey(credentials);
      const nowMs = now();
      const user = known.find(key, nowMs);
      if (user?.isFresh) return user.requester;
      const refusal = refused.get(key, nowMs);
      if (refusal !== undefined) throw refusalError(refusal);
      if (user === undefined || !outage.isOn) return ask(key, credentials);
      // A known user does not wait for a homeserver that is slow or down; what it says counts from the next request on.
      if (outage.isRetryDue(nowMs)) ask(key, credentials).catch(() => undefined);
      return user.requester;
    },
    close: () => client.close(),
  };
}

function refusalError({ status, errcode, bodyText }: Refusal): MatrixError {
  return new MatrixError(status, errcode, "Refused by the homeserver", { bodyText });
}
