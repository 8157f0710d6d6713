import { expect, test } from "vitest";
import { type BucketCount, bucketOf, longestOf, percentile } from "../../../src/shadow/differences/latency-buckets.ts";

test("A time is at most the longest of its bucket, and at least 97 % of it", () => {
  for (let micros = 0; micros < 2 ** 35; micros = Math.ceil(micros * 1.01) + 1) {
    const longest = longestOf(bucketOf(micros));
    expect(longest).toBeGreaterThanOrEqual(micros);
    expect(micros).toBeGreaterThanOrEqual(longest * 0.96);
    expect(bucketOf(longest)).toBe(bucketOf(micros));
    expect(bucketOf(longest + 1)).toBe(bucketOf(micros) + 1);
  }
});

test("A time that is no time is in the first bucket, and one beyond 19 hours in the last", () => {
  expect([bucketOf(-1), bucketOf(Number.NaN)]).toEqual([0, 0]);
  expect(bucketOf(Infinity)).toBe(bucketOf(2 ** 36 - 1));
});

test("A percentile is the time that so many do not exceed", () => {
  const counts: BucketCount[] = Array.from({ length: 100 }, (_, time) => [bucketOf(time + 1), 1]);
  expect(percentile(counts, 0.5)).toBeCloseTo(50, -1);
  expect(percentile(counts, 0.5)).toBeGreaterThanOrEqual(50);
  expect(percentile(counts, 0.99)).toBe(99);
  expect(percentile([[7, 1]], 0.01)).toBe(7);
  expect(percentile([], 0.5)).toBeUndefined();
});
