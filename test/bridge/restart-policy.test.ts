import { describe, expect, it } from "vitest";
import { RestartPolicy } from "../../src/bridge/child/restart-policy.ts";

describe("restarts", () => {
  it("wait longer each time, up to a bound, and short again after a long life", () => {
    const policy = new RestartPolicy({ jitter: 0, crashes: 100, maxMs: 1_000 });
    const waits = [0, 0, 0, 0, 1_000].map((lifeMs) => policy.recordCrash(0, lifeMs).delayMs);
    expect(waits).toEqual([200, 400, 800, 1_000, 200]);
  });

  it("are spread by chance", () => {
    const waits = Array.from({ length: 50 }, () => new RestartPolicy().recordCrash(0, 0).delayMs);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(140);
    expect(Math.max(...waits)).toBeLessThanOrEqual(200);
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  it("turn to slow probing at the fifth crash in three minutes, and back when that is past", () => {
    const policy = new RestartPolicy({ jitter: 0 });
    const at = (seconds: number) => policy.recordCrash(seconds * 1_000, 0);
    expect([0, 1, 2, 3].map((seconds) => at(seconds).isBroken)).toEqual([false, false, false, false]);
    expect(at(4)).toEqual({ delayMs: 30_000, isBroken: true });
    expect(at(179)).toMatchObject({ isBroken: true });
    expect(at(400)).toMatchObject({ isBroken: false });
  });
});
