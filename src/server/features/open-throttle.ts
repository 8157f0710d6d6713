import type { Config } from "../../config/config.ts";
import type { Throttle } from "../../http/request/throttle.ts";
import type { ProcessState } from "../process-state.ts";

/** One of `media_bridge.rate_limits` at work; undefined where it is not configured. */
export function openThrottle(
  what: "uploads" | "downloads",
  { mediaBridge }: Config,
  { startRateLimits, clock }: Pick<ProcessState, "startRateLimits" | "clock">,
): Throttle | undefined {
  const limit = mediaBridge.rateLimits[what];
  return limit && { limits: startRateLimits(limit), setting: `media_bridge.rate_limits.${what}`, clock };
}
