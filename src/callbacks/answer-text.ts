import { inspect } from "node:util";
import { isPlainObject } from "../util/text/json-text.ts";
import type { MediaUploadLimit } from "./limit.ts";

const MAX_LENGTH = 2048;
const MAX_DEPTH = 16;

/**
 * What a callback answered, for `media-bridge call`: JSON with sorted keys, `nothing` for undefined and null, and what Node
 * shows of an object that JSON cannot say. Python answers get the same form in the child (`answers/answer_text.py`). Never throws.
 */
export function describeAnswer(answer: unknown): string {
  try {
    const text = answer === undefined || answer === null ? "nothing" : describe(answer, 0);
    return text.slice(0, MAX_LENGTH);
  } catch (error) {
    return `<${typeof answer}, which cannot be shown: ${error instanceof Error ? error.name : typeof error}>`;
  }
}

function describe(value: unknown, depth: number): string {
  if (typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value === undefined || value === null) return "null";
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return `[${Array.from(value, (item) => describe(item, depth + 1)).join(",")}]`;
  if (isLimit(value)) return describeMembers(limitMembers(value), depth);
  return isPlainObject(value) ? describeMembers(value, depth) : inspect(value, { depth: 2 });
}

function describeMembers(members: Readonly<Record<string, unknown>>, depth: number): string {
  const texts = Object.keys(members)
    .toSorted()
    .filter((name) => members[name] !== undefined)
    .map((name) => `${JSON.stringify(name)}:${describe(members[name], depth + 1)}`);
  return `{${texts.join(",")}}`;
}

function isLimit(value: object): value is MediaUploadLimit {
  return "maxBytes" in value && "timePeriodMs" in value;
}

/** Under the names of Synapse's `MediaUploadLimit`; what says nothing is left out. */
function limitMembers({ maxBytes, timePeriodMs, infoUri, canUpgrade }: MediaUploadLimit): Record<string, unknown> {
  return {
    max_bytes: maxBytes,
    time_period_ms: timePeriodMs,
    info_uri: infoUri ?? undefined,
    can_upgrade: canUpgrade ? true : undefined,
  };
}
