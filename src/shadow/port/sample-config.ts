import type { Shape } from "../../modules/python/described-module.ts";

/** Names under which even a number is not for a file of tests. */
const SECRET = /secret|token|passw|key|credential|pin$/i;
const SAFE_KEY = /^[A-Za-z_][\w-]*$/;
const USER_ID = /^@[^:]+:.+$/;
export const SAMPLE_USER = "@alice:example.test";
export const SAMPLE_TEXT = "text";

/** A configuration as JSON text, and the numbers in it. */
export interface SampleConfig {
  readonly text: string;
  readonly numbers: readonly number[];
}

/**
 * A configuration of the same shape: numbers and booleans are those that are configured, texts are not, because any of
 * them may be a secret, and keys that name users name another one.
 */
export function sampleConfig(shape: Shape): SampleConfig {
  const numbers: number[] = [];
  return { text: write(shape, "", numbers), numbers };
}

function write(shape: Shape, key: string, numbers: number[]): string {
  switch (shape.is) {
    case "str":
      return JSON.stringify(SAMPLE_TEXT);
    case "bool":
      return shape.value ?? "false";
    case "int":
    case "float":
      return writeNumber(shape.value, key, numbers);
    case "list":
      return `[${shape.items.map((item) => write(item, key, numbers)).join(", ")}]`;
    case "map":
    case "object": {
      const members = new Map(shape.members.map(([name, value]) => [sampleKey(name), write(value, name, numbers)]));
      return members.size === 0 ? "{}" : `{ ${[...members].map(([name, value]) => `"${name}": ${value}`).join(", ")} }`;
    }
    default:
      return "null";
  }
}

function writeNumber(value: string | null, key: string, numbers: number[]): string {
  const number = Number(value ?? NaN);
  // A larger one would be written in TypeScript as another than it is.
  if (SECRET.test(key) || !Number.isFinite(number) || Math.abs(number) > Number.MAX_SAFE_INTEGER) return "1";
  numbers.push(number);
  return String(number);
}

function sampleKey(name: string): string {
  // In a literal it would be no key.
  if (SAFE_KEY.test(name) && name !== "__proto__") return name;
  return USER_ID.test(name) ? SAMPLE_USER : SAMPLE_TEXT;
}
