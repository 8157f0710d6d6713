import { expect, test } from "vitest";
import { formatDuration, formatMicros, formatSize } from "../../src/status/words.ts";

test.each([
  [0, "0 bytes"],
  [1023, "1023 bytes"],
  [1024, "1.0 KiB"],
  [10 * 1024, "10 KiB"],
  [5.25 * 2 ** 30, "5.3 GiB"],
  [3000 * 2 ** 40, "3000 TiB"],
])("A size of %i bytes reads %s", (bytes, words) => {
  expect(formatSize(bytes)).toBe(words);
});

test.each([
  [0, "0 µs"],
  [999, "999 µs"],
  [1_000, "1.0 ms"],
  [9_949, "9.9 ms"],
  [9_950, "10 ms"],
  [999_499, "999 ms"],
  [999_500, "1.0 s"],
  [61_000_000, "61 s"],
])("A time of %i microseconds reads %s", (micros, words) => {
  expect(formatMicros(micros)).toBe(words);
});

test.each([
  [-5, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min 0 s"],
  [3_661_000, "1 h 1 min"],
  [90_061_000, "1 d 1 h"],
])("A time of %i milliseconds reads %s", (ms, words) => {
  expect(formatDuration(ms)).toBe(words);
});
