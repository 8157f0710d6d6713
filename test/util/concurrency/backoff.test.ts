import { describe, expect, it } from "vitest";
import { backoff, spread } from "../../../src/util/concurrency/backoff.ts";

describe("the wait after failures in a row", () => {
  it("doubles with each failure, up to a bound", () => {
    const waits = [1, 2, 3, 4, 5, 2_000].map((failures) =>
      backoff(failures, { firstMs: 200, lastMs: 1_000, jitter: 0 }),
    );
    expect(waits).toEqual([200, 400, 800, 1_000, 1_000, 1_000]);
  });

  it("is shorter by chance, by no more than its jitter", () => {
    const waits = Array.from({ length: 200 }, () => backoff(2, { firstMs: 50, lastMs: 1_000, jitter: 0.25 }));
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(75);
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it("is not spread where the jitter is 0", () => {
    expect(spread(30_000, 0)).toBe(30_000);
  });
});
