/** The largest size or duration, a whole number in Synapse's notation. */
const MAX = Number.MAX_SAFE_INTEGER;

const BYTES = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;

const SECOND_MS = 1000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;
const MILLISECONDS = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 60 * 60 * SECOND_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
} as const;

/** How a size is written, for error messages and the reference. */
export const SIZE_FORM = "a size: a whole number of bytes, or one followed by K, M, G or T (such as 50M)";
/** How a duration is written, for error messages and the reference. */
export const DURATION_FORM = "a duration: a whole number followed by s, m, h, d, w or y (such as 30s), or milliseconds";

/** A size in Synapse's notation as bytes: `50M`, `1024`. Undefined where it is not one, is negative or reaches 2^53. */
export function parseSize(value: string | number | bigint): number | undefined {
  return parseUnits(value, /^(?<digits>.*?)(?<unit>[KMGT])?$/s, BYTES);
}

/**
 * A duration in Synapse's notation as milliseconds: `30s`, `1h`, `500`. Undefined where it is not one, is negative or
 * reaches 2^53.
 */
export function parseDuration(value: string | number | bigint): number | undefined {
  return parseUnits(value, /^(?<digits>.*(?=[smhdwy]$)|.*\d$)(?<unit>[smhdwy])?$/s, MILLISECONDS);
}

function parseUnits(
  value: string | number | bigint,
  pattern: RegExp,
  units: Readonly<Record<string, number>>,
): number | undefined {
  if (typeof value !== "string") return inRange(Number(value));
  const { digits = "", unit } = pattern.exec(value)?.groups ?? {};
  // Synapse reads the digits with Python's int(), which allows spaces around them and single underscores inside.
  if (!/^\s*[+-]?\d+(_\d+)*\s*$/.test(digits)) return undefined;
  return inRange(Number(digits.replaceAll("_", "")) * (unit === undefined ? 1 : (units[unit] ?? Number.NaN)));
}

function inRange(value: number): number | undefined {
  return Number.isInteger(value) && value >= 0 && value <= MAX ? value : undefined;
}
