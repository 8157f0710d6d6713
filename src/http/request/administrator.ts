import type { Request } from "express";
import { matrixError } from "../../errors.ts";
import type { Administrators } from "../../homeserver/who/administrators.ts";
import type { Requester } from "../../homeserver/who/authenticator.ts";
import { credentialsOf, identifyUser, type RequesterOptions } from "./authenticate.ts";
import type { Query } from "./query/query.ts";

/** What tells who administers the homeserver. */
export interface AdministratorOptions extends RequesterOptions {
  readonly administrators: Administrators;
}

/** An administrator who makes a request, and the token of the request, by which the homeserver can be asked. */
export interface Administrator {
  readonly userId: string;
  readonly token: string;
}

/**
 * The administrator who makes a request. Throws 401 without a valid token, `NOT_AN_ADMINISTRATOR` (403) for every other
 * user, and 503 where the homeserver cannot be asked.
 */
export async function identifyAdministrator(
  req: Request,
  query: Query,
  options: AdministratorOptions,
): Promise<Administrator> {
  const requester = await identifyUser(req, query, options);
  const credentials = credentialsOf(req, query, options);
  if (!(await options.administrators.includes(requester, credentials))) throw matrixError("NOT_AN_ADMINISTRATOR");
  return { userId: requester.userId, token: credentials.token };
}

/** Whether a client asks for media although it is quarantined. */
export function asksForQuarantined(query: Query): boolean {
  return query.get("admin_unsafely_bypass_quarantine")?.[0] === "true";
}

/**
 * Whether a download serves media although it is quarantined: an administrator may ask for that by
 * `admin_unsafely_bypass_quarantine=true`. Throws `BYPASS_FORBIDDEN` (400) where another user does.
 */
export async function bypassesQuarantine(
  req: Request,
  query: Query,
  requester: Requester,
  options: AdministratorOptions,
): Promise<boolean> {
  if (!asksForQuarantined(query)) return false;
  const isAdministrator = await options.administrators.includes(requester, credentialsOf(req, query, options));
  if (!isAdministrator) throw matrixError("BYPASS_FORBIDDEN");
  return true;
}
