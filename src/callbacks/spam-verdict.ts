import { isPlainObject } from "../util/json-text.ts";
import type { Verdict } from "./kinds.ts";
import { describeType } from "./limit.ts";

/** "The file is fine", what `check_media_file_for_spam` answers; `false` means the same. */
export const NOT_SPAM = "NOT_SPAM";

/**
 * Judges what a TypeScript module answers about a file. What is neither an acceptance nor a known refusal counts as a
 * refusal, with a warning.
 */
export function judgeSpam(answer: unknown): Verdict<"check_media_file_for_spam"> {
  if (answer === NOT_SPAM || answer === false) return { stop: false };
  const refusal = { stop: true, value: "BAD_CONTENT" } as const;
  if (answer === true || isErrcode(answer) || isErrcodeWithFields(answer)) return refusal;
  return { ...refusal, warning: `answered ${describeType(answer)}, which counts as a refusal` };
}

function isErrcode(value: unknown): boolean {
  return typeof value === "string" && /^[A-Z][A-Z0-9_.]*_[A-Z0-9_]+$/.test(value);
}

function isErrcodeWithFields(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && isErrcode(value[0]) && isPlainObject(value[1]);
}
