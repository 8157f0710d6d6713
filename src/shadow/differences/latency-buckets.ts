/** Each power of two has this many buckets of equal width: a time is known to 3 %. */
const PER_POWER = 32;
const FIRST_POWER = Math.log2(PER_POWER);
/** About 19 hours in microseconds: no deadline is as long. */
const MAX_MICROS = 2 ** 36 - 1;

/** The bucket of a time, in microseconds. */
export function bucketOf(micros: number): number {
  const whole = Math.min(MAX_MICROS, Math.max(0, Math.round(micros) || 0));
  if (whole < PER_POWER) return whole;
  const power = Math.floor(Math.log2(whole)) - FIRST_POWER;
  return (power + 1) * PER_POWER + Math.floor(whole / 2 ** power) - PER_POWER;
}

/** The longest time of a bucket, in microseconds. */
export function longestOf(bucket: number): number {
  if (bucket < PER_POWER) return bucket;
  const power = Math.floor(bucket / PER_POWER) - 1;
  return (PER_POWER + (bucket % PER_POWER) + 1) * 2 ** power - 1;
}

/** How many times fell into a bucket. */
export type BucketCount = readonly [bucket: number, count: number];

/** The time that this share of all times does not exceed, 0 to 1, in microseconds; undefined where there are none. */
export function percentile(buckets: readonly BucketCount[], share: number): number | undefined {
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.max(1, Math.ceil(total * share));
  for (const [bucket, count] of buckets.toSorted(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 0) return longestOf(bucket);
  }
  return undefined;
}
