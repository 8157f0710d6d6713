import { expect, test } from "vitest";
import { parseDuration, parseSize } from "../../../src/config/forms/units.ts";

test.each([
  ["50M", 52_428_800],
  ["1024K", 1_048_576],
  ["5G", 5_368_709_120],
  ["1T", 1_099_511_627_776],
  ["50", 50],
  ["+5M", 5_242_880],
  ["1_000", 1000],
  [" 50 M", 52_428_800],
  [5, 5],
  [0, 0],
])("the size %j is %d bytes, as in Synapse", (written, bytes) => {
  expect(parseSize(written)).toBe(bytes);
});

test.each(["1P", "50B", "50MB", "50m", "1.5M", "50M ", "", "M", "0x10", "1__0", "5KM", "-5", "-5M"])(
  "%s is not a size",
  (written) => {
    expect(parseSize(written)).toBeUndefined();
  },
);

test.each([
  ["30s", 30_000],
  ["50m", 3_000_000],
  ["1h", 3_600_000],
  ["1d", 86_400_000],
  ["1w", 604_800_000],
  ["1y", 31_536_000_000],
  ["50", 50],
  ["1_000", 1000],
  ["5 s", 5000],
  [5, 5],
])("the duration %j is %d milliseconds, as in Synapse", (written, milliseconds) => {
  expect(parseDuration(written)).toBe(milliseconds);
});

test.each(["50M", "100ms", "1H", "1.5h", "s", "", "5\n", "-5", "1__0s", "0x10"])("%j is not a duration", (written) => {
  expect(parseDuration(written)).toBeUndefined();
});

test("a fraction, less than nothing and 2^53 are neither", () => {
  for (const written of [5.5, -1, 2 ** 53, 2n ** 60n, Number.NaN]) {
    expect(parseSize(written)).toBeUndefined();
    expect(parseDuration(written)).toBeUndefined();
  }
});
