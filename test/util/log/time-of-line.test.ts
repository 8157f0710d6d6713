import { expect, test, vi } from "vitest";
import { timeOfLine } from "../../../src/util/log/time-of-line.ts";

test("a line has the time to the millisecond, in ISO 8601", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    for (const time of [
      "2026-11-30T18:00:00.000Z",
      "2026-11-30T18:00:00.007Z",
      "2026-11-30T18:00:00.999Z",
      "2026-11-30T18:00:01.000Z",
      "2027-01-01T00:00:00.040Z",
      "2026-11-30T18:00:00.001Z",
    ]) {
      vi.setSystemTime(time);
      expect(timeOfLine()).toBe(`,"time":"${time}"`);
    }
  } finally {
    vi.useRealTimers();
  }
});
