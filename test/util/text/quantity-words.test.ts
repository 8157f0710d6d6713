import { expect, test } from "vitest";
import { formatBytes, formatPeriod } from "../../../src/util/text/quantity-words.ts";

test.each([
  [0, "0 bytes"],
  [1023, "1,023 bytes"],
  [1024, "1,024 bytes (1 KiB)"],
  [-3_000_000, "-3,000,000 bytes (-2.9 MiB)"],
  [2 ** 40, "1,099,511,627,776 bytes (1 TiB)"],
])("%d bytes are written exactly, and from 1 KiB on in the largest unit too: %s", (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

test.each([
  [1, "1 ms"],
  [1500, "1,500 ms"],
  [60_000, "1 minute"],
  [5_400_000, "90 minutes"],
  [604_800_000, "7 days"],
])("A period of %d ms is written in the largest unit that says it exactly: %s", (periodMs, words) => {
  expect(formatPeriod(periodMs)).toBe(words);
});
