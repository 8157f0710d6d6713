import type { Request } from "express";
import { matrixError } from "../errors.ts";
import type { Authenticator, Requester } from "../homeserver/authenticator.ts";
import { findToken } from "../homeserver/token.ts";
import { queryText, type Query } from "./query.ts";

export interface RequesterOptions {
  readonly authenticator: Authenticator;
  /** Whether `X-Forwarded-For` is believed: only behind a proxy that sets it. */
  readonly xForwarded: boolean;
}

/** Who makes a request. Throws the 401, 403 or 503 that the client gets. */
export function identify(req: Request, query: Query, options: RequesterOptions): Promise<Requester> | Requester {
  return options.authenticator.whoIs({
    token: findToken(req.headers.authorization, query.get("access_token") ?? []),
    userId: queryText(query, "user_id") ?? undefined,
    deviceId: queryText(query, "device_id") ?? queryText(query, "org.matrix.msc3202.device_id") ?? undefined,
    address: clientAddress(req, options.xForwarded),
    userAgent: req.headers["user-agent"],
  });
}

/** As {@link identify}, for routes that are closed to guests. */
export async function identifyUser(req: Request, query: Query, options: RequesterOptions): Promise<Requester> {
  const requester = await identify(req, query, options);
  if (requester.guest) throw matrixError("GUEST_FORBIDDEN");
  return requester;
}

function clientAddress(req: Request, xForwarded: boolean): string | undefined {
  const forwarded = xForwarded ? req.headers["x-forwarded-for"] : undefined;
  return typeof forwarded === "string" ? forwarded.split(",")[0]?.trim() : req.socket.remoteAddress;
}
