import { expect, test } from "vitest";
import { InProcessRateLimits } from "../../src/coordination/in-process-rate-limits.ts";

test("A rate limit holds each user for itself, and says when the next action passes", async () => {
  const limits = new InProcessRateLimits({ perSecond: 1, burstCount: 1 });
  expect(await limits.take("@alice:example.org", 1_000)).toBeUndefined();
  expect(await limits.take("@bob:example.org", 1_000)).toBeUndefined();
  expect(await limits.take("@alice:example.org", 1_400)).toEqual({ retryAfterMs: 600 });
  expect(await limits.take("@alice:example.org", 2_000)).toBeUndefined();
});

test("The user who acted least recently is forgotten for the ten thousand and first, and one who is refused is not", async () => {
  const limits = new InProcessRateLimits({ perSecond: 0.001, burstCount: 1 });
  for (let user = 0; user < 10_000; user += 1) expect(await limits.take(`@${user}:example.org`, 1_000)).toBeUndefined();
  expect(await limits.take("@0:example.org", 1_000)).toBeDefined();
  expect(await limits.take("@new:example.org", 1_000)).toBeUndefined();
  expect(await limits.take("@0:example.org", 1_000)).toBeDefined();
  expect(await limits.take("@1:example.org", 1_000)).toBeUndefined();
});
