import { expect, test } from "vitest";
import { InProcessRateLimits } from "../../src/coordination/in-process-rate-limits.ts";

test("A rate limit holds each user for itself, and says when the next action passes", async () => {
  const limits = new InProcessRateLimits({ perSecond: 1, burstCount: 1 });
  expect(await limits.take("@alice:example.org", 1_000)).toBeUndefined();
  expect(await limits.take("@bob:example.org", 1_000)).toBeUndefined();
  expect(await limits.take("@alice:example.org", 1_400)).toEqual({ retryAfterMs: 600 });
  expect(await limits.take("@alice:example.org", 2_000)).toBeUndefined();
});
