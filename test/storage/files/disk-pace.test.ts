import { describe, expect, it } from "vitest";
import { type DiskIo, DiskLatency } from "../../../src/storage/files/disk-latency.ts";

/** A pace with a clock that goes only as far as calls take. */
function createPace(io: DiskIo) {
  let nowMs = 1000;
  const pace = new DiskLatency(io, () => nowMs);
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { pace, pass, call: (ms: number) => pace.time(() => pass(ms)) };
}

describe("the pace of a disk", () => {
  it("is slow for 30 s once calls take more than 5 ms on average, then tried again", () => {
    const { pace, pass, call } = createPace("auto");
    for (let count = 0; count < 100; count++) call(4);
    expect(pace.isFast).toBe(true);
    for (let count = 0; count < 100 && pace.isFast; count++) call(8);
    expect(pace.isFast).toBe(false);
    pass(29_999);
    expect(pace.isFast).toBe(false);
    pass(1);
    expect(pace.isFast).toBe(true);
  });

  it("stays fast when a call now and then was kept waiting", () => {
    const { pace, call } = createPace("auto");
    for (let count = 0; count < 1000; count++) call(count % 50 === 0 ? 100 : 0.1);
    expect(pace.isFast).toBe(true);
  });

  it("counts calls that fail, and hands on what they throw and answer", () => {
    const { pace, pass } = createPace("auto");
    expect(pace.time(() => "answer")).toBe("answer");
    const fail = () => {
      pass(500);
      throw new Error("slow and broken");
    };
    expect(() => pace.time(fail)).toThrow("slow and broken");
    expect(pace.isFast).toBe(false);
  });

  it("does not change where the way was set", () => {
    const always = createPace("sync");
    always.call(1000);
    expect(always.pace.isFast).toBe(true);
    expect(createPace("async").pace.isFast).toBe(false);
  });
});
