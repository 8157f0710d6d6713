import { array, assert, double, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { RateLimiter } from "../../../src/util/concurrency/rate-limiter.ts";

const START_MS = 1_700_000_000_000;

describe("a rate limiter", () => {
  it("lets a burst pass, then one whenever one has leaked, and says when", () => {
    const limiter = new RateLimiter({ perSecond: 10, burstCount: 3 });
    const take = (afterMs: number) => limiter.take("alice", START_MS + afterMs);
    expect([take(0), take(0), take(0)]).toEqual([undefined, undefined, undefined]);
    expect(take(0)).toEqual({ retryAfterMs: 100 });
    expect(take(40)).toEqual({ retryAfterMs: 60 });
    expect(take(100)).toBeUndefined();
    expect(take(100)).toEqual({ retryAfterMs: 100 });
    expect([take(1000), take(1000), take(1000)]).toEqual([undefined, undefined, undefined]);
    expect(take(1000)).toEqual({ retryAfterMs: 100 });
  });

  it("counts an action as often as it weighs", () => {
    const limiter = new RateLimiter({ perSecond: 10, burstCount: 10 });
    expect(limiter.take("alice", START_MS, 8)).toBeUndefined();
    expect(limiter.take("alice", START_MS, 4)).toEqual({ retryAfterMs: 200 });
    expect(limiter.take("alice", START_MS, 2)).toBeUndefined();
    expect(limiter.take("alice", START_MS, 11)).toEqual({ retryAfterMs: undefined });
  });

  it("counts each key for itself", () => {
    const limiter = new RateLimiter({ perSecond: 1, burstCount: 1 });
    expect(limiter.take("alice", START_MS)).toBeUndefined();
    expect(limiter.take("bob", START_MS)).toBeUndefined();
    expect(limiter.take("alice", START_MS)).toEqual({ retryAfterMs: 1000 });
  });

  it.each([
    { perSecond: 0, burstCount: 1, passed: 1 },
    { perSecond: 5, burstCount: 0, passed: 0 },
  ])(
    "promises nothing where waiting does not help: $perSecond a second, $burstCount at once",
    ({ passed, ...limit }) => {
      const limiter = new RateLimiter(limit);
      for (let count = 0; count < passed; count += 1) expect(limiter.take("alice", START_MS)).toBeUndefined();
      expect(limiter.take("alice", START_MS + 1e9)).toEqual({ retryAfterMs: undefined });
    },
  );

  it("lets users pass who wait as long as they were told, and never more than burst and rate together", () => {
    assert(
      property(
        double({ min: 0.01, max: 100, noNaN: true }),
        integer({ min: 1, max: 20 }),
        array(integer({ min: 0, max: 5_000 }), { maxLength: 60 }),
        (perSecond, burstCount, gapsMs) => {
          const limiter = new RateLimiter({ perSecond, burstCount });
          let nowMs = START_MS;
          for (const [index, gapMs] of gapsMs.entries()) {
            nowMs += gapMs;
            const refused = limiter.take("alice", nowMs);
            if (refused !== undefined) nowMs += refused.retryAfterMs ?? Number.NaN;
            const passes = refused === undefined || limiter.take("alice", nowMs) === undefined;
            const most = burstCount + ((nowMs - START_MS) / 1000) * perSecond;
            expect([passes, index + 1 <= most + 1e-3]).toEqual([true, true]);
          }
        },
      ),
    );
  });

  it("makes a user wait as long as it says after a clock was put back by an hour", () => {
    const limiter = new RateLimiter({ perSecond: 10, burstCount: 1 }, { maxKeys: 10 });
    expect(limiter.take("alice", START_MS)).toBeUndefined();
    const backMs = START_MS - 3_600_000;
    expect(limiter.take("alice", backMs)).toEqual({ retryAfterMs: 100 });
    expect(limiter.take("alice", backMs + 100)).toBeUndefined();
  });

  it("is not confused by a clock that goes back, and holds for more keys than it sweeps at", () => {
    const limiter = new RateLimiter({ perSecond: 1, burstCount: 1 });
    expect(limiter.take("alice", START_MS)).toBeUndefined();
    expect(limiter.take("alice", START_MS - 5_000)).toEqual({ retryAfterMs: 1000 });
    for (let key = 0; key < 5_000; key += 1) expect(limiter.take(`user${key}`, START_MS)).toBeUndefined();
    expect(limiter.take("alice", START_MS)).toEqual({ retryAfterMs: 1000 });
    expect(limiter.take("user4999", START_MS)).toEqual({ retryAfterMs: 1000 });
    expect(limiter.take("user4999", START_MS + 1000)).toBeUndefined();
  });
});
