import { describe, expect, it } from "vitest";
import { type DiskIo, DiskPace } from "../../src/storage/filesystem/disk-pace.ts";

/** A pace with a clock that goes only as far as calls take. */
function createPace(io: DiskIo) {
  let nowMs = 1000;
  const pace = new DiskPace(io, () => nowMs);
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { pace, pass, call: (ms: number) => pace.time(() => pass(ms)) };
}

describe("the pace of a disk", () => {
  it("is fast until a call takes more than 20 ms, then slow for 30 s, then tried again", () => {
    const { pace, pass, call } = createPace("auto");
    call(20);
    expect(pace.isFast).toBe(true);
    call(21);
    expect(pace.isFast).toBe(false);
    pass(29_999);
    expect(pace.isFast).toBe(false);
    pass(1);
    expect(pace.isFast).toBe(true);
    call(21);
    expect(pace.isFast).toBe(false);
  });

  it("is slow when calls take more than 2 ms on average, and fast when only a few do", () => {
    const steady = createPace("auto");
    for (let count = 0; count < 100; count++) steady.call(3);
    expect(steady.pace.isFast).toBe(false);
    const rare = createPace("auto");
    for (let count = 0; count < 100; count++) rare.call(count % 20 === 0 ? 10 : 0.1);
    expect(rare.pace.isFast).toBe(true);
  });

  it("counts calls that fail, and hands on what they throw and answer", () => {
    const { pace, pass } = createPace("auto");
    expect(pace.time(() => "answer")).toBe("answer");
    const fail = () => {
      pass(50);
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
