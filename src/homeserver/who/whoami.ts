import { MatrixError, matrixError } from "../../errors.ts";
import type { Logger } from "../../util/log.ts";
import { SingleFlight } from "../../util/concurrency/single-flight.ts";
import type { Authenticator, Credentials, Requester } from "./authenticator.ts";
import { checkCredentials } from "./check-credentials.ts";
import { credentialsKey, type CredentialsKey } from "./credentials-key.ts";
import { HomeserverError, retryAfterSecondsOf } from "../homeserver-error.ts";
import type { KnownUsers } from "./known-users.ts";
import { Outage } from "./outage.ts";
import { RecentAnswers } from "./recent-answers.ts";
import { SparingWarning } from "./sparing-warning.ts";
import { readWhoamiAnswer, type Refusal } from "./whoami-answer.ts";
import { createWhoamiClient, type OnAsked } from "./whoami-request.ts";

export interface WhoamiOptions {
  /** The homeserver's base URL; a path in front of `/_matrix` is kept. */
  readonly url: string;
  readonly log: Logger;
  /** The server whose users it must name. */
  readonly serverName: string;
  /**
   * Keeps whom the homeserver named: for how long without asking again, and how much longer where it cannot be asked.
   */
  readonly known: KnownUsers;
  /** The token of the application service that this service is, if it is one. */
  readonly appserviceToken?: string | undefined;
  /** How long a refusal (400, 401, 403) is valid. Default 5 s. */
  readonly negativeCacheForMs?: number;
  /** The most refusals that are kept. Default 10,000. */
  readonly maxRefusals?: number;
  /** For one question as a whole. Default 10 s. */
  readonly timeoutMs?: number;
  readonly onAsked?: OnAsked;
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
 * Asks the homeserver's `/account/whoami` who a token belongs to. Its 400, 401 and 403 reach the client unchanged.
 * Where it gives no usable answer it is asked for something that no client can influence: only if that fails too is it
 * an outage, in which a recently named user stays known for the grace period. For all others the error is
 * `HOMESERVER_UNAVAILABLE` (503) with `Retry-After`.
 */
export function createWhoamiAuthenticator(options: WhoamiOptions): WhoamiAuthenticator {
  const { url, log, serverName, known, negativeCacheForMs = 5000, maxRefusals = 10_000 } = options;
  const { timeoutMs = 10_000, now = () => performance.now() } = options;
  const client = createWhoamiClient(url, timeoutMs, options.onAsked);
  // Separate, so that a flood of made-up tokens does not evict the users.
  const refused = new RecentAnswers<Refusal>(maxRefusals);
  const underWay = new SingleFlight<Requester>();
  const checks = new SingleFlight<boolean>();
  const outage = new Outage(log);
  const unanswered = new SparingWarning(log, "the homeserver answers, but did not say which user makes a request");
  const foreign = new SparingWarning(log, "the homeserver names a user of another server");

  async function lookUp(key: CredentialsKey, credentials: Credentials): Promise<Requester> {
    const askedAtMs = now();
    try {
      const verdict = readWhoamiAnswer(await client.ask(credentials));
      outage.end();
      if ("requester" in verdict) {
        const requester = withOrigin(verdict.requester, credentials, options.appserviceToken);
        if (!isOf(serverName, requester)) return refuseForeign(requester);
        known.keep(key, requester, askedAtMs);
        return requester;
      }
      forget(key, verdict.refusal);
      if (verdict.refusal.bodyText.length <= MAX_KEPT_REFUSAL_LENGTH) {
        refused.set(key.token + key.ids, verdict.refusal, askedAtMs + negativeCacheForMs);
      }
      throw refusalError(verdict.refusal);
    } catch (error) {
      if (!(error instanceof HomeserverError)) throw error;
      return await withoutAnswer(key, error);
    }
  }

  /** What one client sent can be what keeps the homeserver from answering, and must not decide for all others. */
  async function withoutAnswer(key: CredentialsKey, error: HomeserverError): Promise<Requester> {
    if (await checks.share(url, () => client.answers())) {
      outage.end();
      unanswered.warn(error, now());
      throw unavailable(error);
    }
    const nowMs = now();
    outage.begin(error, nowMs);
    const kept = known.find(key, nowMs);
    if (kept !== undefined) return kept.requester;
    throw unavailable(error);
  }

  function refuseForeign({ userId }: Requester): never {
    const named = userId.slice(userId.indexOf(":") + 1);
    const error = new HomeserverError(
      "HOMESERVER_BAD_ANSWER",
      `a user of ${named}, while server_name is ${serverName}: media_bridge.homeserver.url (${url}) must lead to the homeserver of that name`,
    );
    foreign.warn(error, now());
    throw unavailable(error);
  }

  function forget(key: CredentialsKey, { errcode }: Refusal): void {
    if (errcode === "M_UNKNOWN_TOKEN") known.forgetToken(key);
    else known.forget(key);
  }

  function ask(key: CredentialsKey, credentials: Credentials): Promise<Requester> {
    return underWay.share(key.token + key.ids, () => lookUp(key, credentials));
  }

  return {
    whoIs(credentials) {
      checkCredentials(credentials);
      const key = credentialsKey(credentials);
      const nowMs = now();
      const user = known.find(key, nowMs);
      if (user?.isFresh) return user.requester;
      const refusal = refused.get(key.token + key.ids, nowMs);
      if (refusal !== undefined) throw refusalError(refusal);
      if (user === undefined || !outage.isOn) return ask(key, credentials);
      // A known user does not wait for a homeserver that is slow or down; its answer counts from the next request on.
      if (outage.isRetryDue(nowMs)) ask(key, credentials).catch(() => undefined);
      return user.requester;
    },
    close: () => client.close(),
  };
}

/**
 * Adds whether an application service asks, where the answer reveals it: a token that has a device without naming one
 * is a user's own. Any other token may be an application service's, or one that an administrator made for a user.
 */
function withOrigin(requester: Requester, { token, deviceId }: Credentials, own: string | undefined): Requester {
  if (token === own) return Object.freeze({ ...requester, appservice: true });
  const hasOwnDevice = requester.deviceId !== undefined && deviceId === undefined;
  return hasOwnDevice ? Object.freeze({ ...requester, appservice: false }) : requester;
}

function isOf(serverName: string, { userId }: Requester): boolean {
  return userId.slice(userId.indexOf(":") + 1) === serverName;
}

function unavailable(error: HomeserverError): MatrixError {
  const headers = { "Retry-After": String(retryAfterSecondsOf(error)) };
  return matrixError("HOMESERVER_UNAVAILABLE", { headers, cause: error });
}

function refusalError({ status, errcode, bodyText }: Refusal): MatrixError {
  return new MatrixError(status, errcode, "Refused by the homeserver", { bodyText });
}
