import type { Request } from "express";
import type { Requester } from "../../homeserver/who/authenticator.ts";
import { tooManyRequests, type RateLimits } from "../../media/upload/rate-limits.ts";
import { groupOfAddress } from "../../util/http/address-group.ts";
import type { Clock } from "../../util/clock.ts";
import { clientAddress } from "./authenticate.ts";

/** A rate that clients are held to. */
export interface Throttle {
  readonly limits: RateLimits;
  /** The key of the configuration that says so. */
  readonly setting: string;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Counts a request of a user. Rejects with `TOO_MANY_REQUESTS` (429) past the rate; an application service is never
 * refused, where it is known to be one. Without a throttle, nothing is counted.
 */
export function throttleUser(
  { userId, appservice }: Pick<Requester, "userId" | "appservice">,
  throttle: Throttle | undefined,
): Promise<void> | undefined {
  return throttle === undefined || appservice === true ? undefined : count(userId, throttle);
}

/**
 * Counts a request without a token by the client's address, as {@link throttleUser}. Over a Unix socket without a proxy
 * that reports addresses all clients would share one rate: none is counted then.
 */
export function throttleAddress(
  req: Pick<Request, "headers" | "socket">,
  xForwarded: boolean,
  throttle: Throttle | undefined,
): Promise<void> | undefined {
  const address = throttle && clientAddress(req, xForwarded);
  if (throttle === undefined || address === undefined || address === "") return undefined;
  return count(groupOfAddress(address), throttle);
}

async function count(key: string, { limits, setting, clock }: Throttle): Promise<void> {
  const tooOften = await limits.take(key, clock.now());
  if (tooOften !== undefined) throw tooManyRequests(setting, tooOften.retryAfterMs);
}
