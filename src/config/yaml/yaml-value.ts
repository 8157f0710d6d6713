import { StartError } from "../../errors.ts";
import { describeKind, findOddKey, type YamlNode, type YamlPair } from "./yaml-node.ts";

/** The place of a value, for messages: the file, and the path of its key. */
export interface YamlPlace {
  readonly file: string;
  readonly path: string;
}

/** A YAML value as plain JavaScript: integers beyond 2^53 are `bigint`, timestamps ISO 8601 text. Keys are text. */
export function toPlainValue(node: YamlNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "int":
      return Number.isSafeInteger(Number(node.value)) ? Number(node.value) : node.value;
    case "list":
      return node.items.map(toPlainValue);
    case "map":
      // fromEntries defines members of any name, `__proto__` included, without running a setter.
      return Object.fromEntries([...node.entries].map(([key, value]) => [key, toPlainValue(value)]));
    default:
      return node.value;
  }
}

/**
 * A YAML value as JSON text for the child (docs/bridge-protocol.md): integers of any size, floats that stay floats
 * (`3.0`), `NaN` and `Infinity` as Python writes them, and what JSON cannot say as an object whose one member begins
 * with `!`.
 */
export function toPythonJson(node: YamlNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "int":
    case "bool":
      return String(node.value);
    case "float":
      return formatFloat(node.value);
    case "list":
      return `[${node.items.map(toPythonJson).join(",")}]`;
    case "map":
      return formatMap(node.pairs);
    case "timestamp":
      return `{"!${node.value.includes("T") ? "datetime" : "date"}":"${node.value}"}`;
    default:
      return JSON.stringify(node.value);
  }
}

/** An object, where JSON can express it and it cannot be mistaken for the form of what JSON cannot express. */
function formatMap(pairs: readonly YamlPair[]): string {
  const texts = pairs.map(({ key, value }) => [toPythonJson(key), toPythonJson(value)]);
  if (pairs.every(({ key }) => key.kind === "str" && !key.value.startsWith("!"))) {
    return `{${texts.map((pair) => pair.join(":")).join(",")}}`;
  }
  return `{"!map":[${texts.map((pair) => `[${pair.join(",")}]`).join(",")}]}`;
}

/** Python's truth of a value: Synapse passes a module an empty dict instead of a false one. */
export function isFalsyInPython(node: YamlNode): boolean {
  switch (node.kind) {
    case "null":
      return true;
    case "list":
      return node.items.length === 0;
    case "map":
      return node.entries.size === 0;
    case "int":
      return node.value === 0n;
    case "float":
      return node.value === 0;
    default:
      return node.value === false || node.value === "";
  }
}

/** Whether a value contains a YAML timestamp. */
export function hasTimestamp(node: YamlNode): boolean {
  if (node.kind === "map") return [...node.entries.values()].some(hasTimestamp);
  return node.kind === "list" ? node.items.some(hasTimestamp) : node.kind === "timestamp";
}

/**
 * Refuses keys that are not text: a JavaScript object has no others.
 *
 * @throws {StartError} `CONFIG`
 */
export function requireTextKeys(node: YamlNode, place: YamlPlace): void {
  if (node.kind === "list") for (const item of node.items) requireTextKeys(item, place);
  if (node.kind !== "map") return;
  const oddKey = findOddKey(node);
  if (oddKey !== undefined) {
    const { line, kind } = oddKey;
    throw new StartError(
      "CONFIG",
      `${place.file}:${line}: ${place.path}: expected keys that are text (put the key in quotes), found ${describeKind(kind)}`,
    );
  }
  for (const value of node.entries.values()) requireTextKeys(value, place);
}

function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const text = Object.is(value, -0) ? "-0" : String(value);
  // Python reads a number without a point or an exponent as an int.
  return /[.e]/.test(text) ? text : `${text}.0`;
}
