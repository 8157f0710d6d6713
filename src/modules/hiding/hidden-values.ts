import { isPlainObject } from "../../util/text/json-text.ts";
import { placesOfNames, type Place } from "../loading/named-places.ts";

/** Shorter values reveal nothing, and hiding them would make a message unreadable. */
const LONG = /^.{6}/su;
const SHOWN = "<value>";

/** Where a word begins: also after a line break as literals write it, and after a URL-encoded character. */
const BEGIN = String.raw`(?:(?<![\p{L}\p{N}_])|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2}))`;
const END = String.raw`(?![\p{L}\p{N}_])`;

/**
 * `text` without the values of a module's configuration, which may be secrets that an error quotes: a value of six
 * characters or more is hidden where it is a whole word. Keys stay, and so do words inside file paths and dotted names.
 * The Python side does the same for its modules (`hidden_values.py`); both are tested against
 * `test/fixtures/hidden-values.json`.
 */
export function hideValues(text: string, config: unknown): string {
  const found = [...new Set([...leavesOf(config)].flatMap(formsOf))].flatMap((value) => placesOf(value, text));
  if (found.length === 0) return text;
  const names = placesOfNames(text);
  const hidden = found.filter((place) => !names.some((name) => isInside(place, name)));
  return replaceAll(text, hidden);
}

/** Inside a name, but not the whole of one: a value that is a path is hidden like any other. */
function isInside(place: Place, name: Place): boolean {
  const isWhole = place.start === name.start && place.end === name.end && name.canBeValue === true;
  return place.start >= name.start && place.end <= name.end && !isWhole;
}

function replaceAll(text: string, places: readonly Place[]): string {
  let result = "";
  let at = 0;
  for (const { start, end } of places.toSorted((left, right) => left.start - right.start)) {
    // Where values overlap, no part of them is left over.
    if (start >= at) result += text.slice(at, start) + SHOWN;
    at = Math.max(at, end);
  }
  return result + text.slice(at);
}

function placesOf(value: string, text: string): Place[] {
  // Most values do not occur at all.
  if (!text.includes(value)) return [];
  const begin = /^[\p{L}\p{N}_]/u.test(value) ? BEGIN : "";
  const end = /[\p{L}\p{N}_]$/u.test(value) ? END : "";
  const pattern = new RegExp(begin + value.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`) + end, "gu");
  return [...text.matchAll(pattern)].map(({ index }) => ({ start: index, end: index + value.length }));
}

function* leavesOf(config: unknown): Generator {
  const seen = new Set<unknown>();
  const stack = [config];
  while (stack.length > 0) {
    const node = stack.pop();
    if (seen.has(node)) continue;
    // What a schema makes may refer to itself, and YAML aliases may refer to the same mapping many times.
    seen.add(node);
    if (Array.isArray(node)) for (const item of node) stack.push(item);
    else if (isPlainObject(node)) for (const member of Object.values(node)) stack.push(member);
    else yield node;
  }
}

function formsOf(leaf: unknown): string[] {
  if (typeof leaf === "number" || typeof leaf === "bigint") return [String(leaf)].filter(isLong);
  if (typeof leaf !== "string") return [];
  // The value unchanged, as a literal or a URL has it, and line by line, since a message may quote a part; and what a
  // URL holds of a password.
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*?:(?<password>[^/?#@]*)@/i.exec(leaf)?.groups?.["password"];
  const parts = [leaf, ...leaf.split(/\r?\n/), ...(password === undefined ? [] : [password, decoded(password)])];
  return parts.flatMap((part) => [part, JSON.stringify(part).slice(1, -1), encoded(part)]).filter(isLong);
}

function isLong(value: string): boolean {
  return LONG.test(value);
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
