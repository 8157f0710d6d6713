import { z } from "zod";
import { MatrixError, matrixError } from "../../errors.ts";
import type { Logger } from "../../util/log.ts";
import { SingleFlight } from "../../util/concurrency/single-flight.ts";
import { pathOf } from "../client/path.ts";
import { HomeserverNotConfigured, HomeserverRefusal } from "../client/refusal.ts";
import type { HomeserverRequests } from "../client/request.ts";
import { HomeserverError, retryAfterSecondsOf } from "../homeserver-error.ts";
import type { Credentials, Requester } from "./authenticator.ts";
import { credentialsKey } from "./credentials-key.ts";
import { RecentAnswers } from "./recent-answers.ts";
import { SparingWarning } from "./sparing-warning.ts";

/** Who administers the homeserver. */
export interface Administrators {
  /**
   * Whether the user who makes a request administers the homeserver, with the token of the request. Rejects with the
   * homeserver's 401 where it does not know the token any more, and with `ADMINISTRATOR_UNKNOWN` (503) where it cannot
   * say: an outage makes no user an administrator.
   */
  includes(requester: Requester, credentials: Credentials): Promise<boolean>;
}

export interface AdministratorsOptions {
  readonly requests: HomeserverRequests;
  readonly log: Logger;
  /** How long a yes is valid, counted from the question. Default 30 s. */
  readonly yesForMs?: number;
  /** How long a no is valid. Default 5 s. */
  readonly noForMs?: number;
  /** The most answers of either kind that are kept. Default 1,000. */
  readonly maxEntries?: number;
  /** A clock in milliseconds that never goes back. */
  readonly now?: () => number;
}

const OwnUserSchema = z.object({ name: z.string() });

/**
 * Asks the homeserver: an administrator is a user who gets 200 from `GET /_synapse/admin/v2/users/{own id}` with the
 * token of the request. That holds with Matrix Authentication Service as well, where the token's scope decides. Tokens
 * of the tokens file say by themselves whose they are.
 */
export function createAdministrators(options: AdministratorsOptions): Administrators {
  const { requests, log, yesForMs = 30_000, noForMs = 5000, maxEntries = 1000 } = options;
  const { now = () => performance.now() } = options;
  // Separate, so that requests of other users do not evict the administrators.
  const yes = new RecentAnswers<true>(maxEntries);
  const no = new RecentAnswers<true>(maxEntries);
  const underWay = new SingleFlight<boolean>();
  const unanswered = new SparingWarning(log, "the homeserver cannot be asked who administers it");

  async function ask(key: string, { userId }: Requester, credentials: Credentials): Promise<boolean> {
    const askedAtMs = now();
    const isAdministrator = await isAnswered(userId, credentials);
    if (isAdministrator) yes.set(key, true, askedAtMs + yesForMs);
    else no.set(key, true, askedAtMs + noForMs);
    return isAdministrator;
  }

  async function isAnswered(userId: string, { token, userId: actingAs }: Credentials): Promise<boolean> {
    try {
      const answer = await requests.send({
        what: "get_own_user",
        method: "GET",
        path: pathOf`/_synapse/admin/v2/users/${userId}`,
        ...(actingAs !== undefined && { query: [["user_id", actingAs]] }),
        as: { token },
      });
      // A server that answers everything with 200 must not make every user an administrator.
      const { name } = answer.read(OwnUserSchema);
      if (name !== userId)
        throw new HomeserverError("HOMESERVER_BAD_ANSWER", "get_own_user: an answer about another user");
      return true;
    } catch (error) {
      return readFailure(error);
    }
  }

  /** A proxy that keeps `/_synapse/admin` from the outside answers 403 or 404 as well, but not with this errcode. */
  function readFailure(error: unknown): false {
    if (error instanceof HomeserverRefusal) {
      const { status, errcode, bodyText, message } = error;
      if (status === 403 && errcode !== undefined) return false;
      if (status === 401 && errcode !== undefined)
        throw new MatrixError(status, errcode, "Refused by the homeserver", { bodyText });
      return unavailable(new HomeserverError("HOMESERVER_BAD_ANSWER", `${message}; ${REMEDY}`));
    }
    if (error instanceof HomeserverNotConfigured) return false;
    if (error instanceof HomeserverError) return unavailable(error);
    throw error;
  }

  function unavailable(error: HomeserverError): never {
    unanswered.warn(error, now());
    throw matrixError("ADMINISTRATOR_UNKNOWN", {
      headers: { "Retry-After": String(retryAfterSecondsOf(error)) },
      cause: error,
    });
  }

  return {
    async includes(requester, credentials) {
      if (requester.admin !== undefined) return requester.admin;
      const { token, ids } = credentialsKey(credentials);
      const key = token + ids;
      const nowMs = now();
      if (yes.get(key, nowMs)) return true;
      if (no.get(key, nowMs)) return false;
      return underWay.share(key, () => ask(key, requester, credentials));
    },
  };
}

const REMEDY = "media_bridge.homeserver.url must lead to Synapse itself, with its admin API";
