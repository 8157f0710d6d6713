import type { Portable } from "../asked.ts";

const INTEGER = /^-?\d+$/;
/** Python reads no longer integer from text either; to read one takes more than linear time. */
export const MAX_DIGITS = 4300;

/** A number of JSON text, exactly as it was written. */
class WrittenNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * One text for all forms of one number: `100`, `100.0` and `1e2` are `100`. Integers of any size stay exact; a number
 * with `.` or `e` is the float that it is in Python and JavaScript.
 */
export function canonicalNumber(text: string): string {
  if (INTEGER.test(text)) return text.length > MAX_DIGITS ? text : String(BigInt(text));
  const number = Number(text);
  return Number.isInteger(number) ? String(BigInt(number)) : String(number);
}

/** One text for all values that are equal but for the order of keys and the form of numbers. */
export function canonicalText(value: Portable | undefined): string {
  return write(value);
}

/**
 * As {@link canonicalText}, for a value in the form of JSON text. A text that cannot be read is equal to itself alone.
 */
export function canonicalJson(text: string): string {
  try {
    return write(parseExactly(text));
  } catch {
    return `unreadable ${JSON.stringify(text)}`;
  }
}

/** The members of JSON text that is an object, each in canonical form; undefined for another text. */
export function canonicalMembers(text: string): Map<string, string> | undefined {
  try {
    const value = parseExactly(text);
    if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof WrittenNumber) {
      return undefined;
    }
    return new Map(Object.entries(value).map(([name, member]) => [name, write(member)]));
  } catch {
    return undefined;
  }
}

/** Canonical members as one canonical object. */
export function joinMembers(members: ReadonlyMap<string, string>): string {
  const sorted = [...members].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

/** Parses JSON text and keeps its numbers as they are written: `JSON.parse` alone rounds integers beyond 2^53. */
function parseExactly(text: string): unknown {
  return JSON.parse(text, keepWritten as (key: string, value: unknown) => unknown);
}

function keepWritten(_key: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === "number" ? new WrittenNumber(source ?? String(value)) : value;
}

function write(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return canonicalNumber(String(value));
  if (value instanceof WrittenNumber) return canonicalNumber(value.text);
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  return joinMembers(new Map(Object.entries(value).map(([name, member]) => [name, write(member)])));
}
