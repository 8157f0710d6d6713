import type { Request } from "express";
import { matrixError } from "../../errors.ts";
import type { Authenticator, Credentials, Requester } from "../../homeserver/who/authenticator.ts";
import { findToken } from "../../homeserver/who/token.ts";
import { headerValues } from "./header-values.ts";
import { parseQuery, queryText, type Query } from "./query/query.ts";

export interface RequesterOptions {
  readonly authenticator: Authenticator;
  /** Whether `X-Forwarded-For` is trusted: only behind a proxy that sets it. */
  readonly xForwarded: boolean;
}

/** Who makes a request. Throws the 400, 401, 403 or 503 that the client gets. */
export function identify(
  req: Pick<Request, "headers" | "rawHeaders" | "socket">,
  query: Query,
  options: RequesterOptions,
): Promise<Requester> | Requester {
  return options.authenticator.whoIs(credentialsOf(req, query, options));
}

/** What a request says about the user who makes it. Throws 400 or 401 where it says nothing that can be read. */
export function credentialsOf(
  req: Pick<Request, "headers" | "rawHeaders" | "socket">,
  query: Query,
  { xForwarded }: Pick<RequesterOptions, "xForwarded">,
): Credentials {
  return {
    token: findToken(headerValues(req.rawHeaders, "authorization"), query.get("access_token") ?? []),
    userId: identifier(query, "user_id"),
    deviceId: identifier(query, "device_id") ?? identifier(query, "org.matrix.msc3202.device_id"),
    address: clientAddress(req, xForwarded),
    userAgent: req.headers["user-agent"],
  };
}

/** Like {@link identify}, for routes that refuse guests. */
export async function identifyUser(req: Request, query: Query, options: RequesterOptions): Promise<Requester> {
  const requester = await identify(req, query, options);
  if (requester.guest) throw matrixError("GUEST_FORBIDDEN");
  return requester;
}

/**
 * Who makes a request to a web resource, for the module that serves it. Rejects with the 400, 401, 403 or 503 for its
 * client.
 */
export async function identifyWebRequest(
  request: Pick<Request, "headers" | "rawHeaders" | "socket"> & { readonly originalUrl: string },
  options: RequesterOptions,
): Promise<Requester> {
  return identify(request, parseQuery(request.originalUrl), options);
}

/** Parameters that are not UTF-8 are refused: ignoring them would attribute the request to a different user. */
function identifier(query: Query, name: string): string | undefined {
  const text = queryText(query, name);
  if (text === null) throw matrixError("PARAMETER_NOT_UTF8");
  return text;
}

/**
 * The client's IP address, where it is known: it is unknown over a Unix socket without a proxy that reports it. A proxy
 * that adds to what the client sent may leave the first places empty.
 */
export function clientAddress(req: Pick<Request, "headers" | "socket">, xForwarded: boolean): string | undefined {
  const forwarded = xForwarded ? req.headers["x-forwarded-for"] : undefined;
  const reported = typeof forwarded === "string" ? forwarded.split(",").map((part) => part.trim()) : [];
  return reported.find((address) => address !== "") ?? req.socket.remoteAddress;
}
