import type { Portable, Said } from "../asked.ts";

/** Of all texts in one answer. Far above what a client would be sent. */
const MAX_CHARACTERS = 2 ** 20;
const MAX_MESSAGE = 2 ** 14;

/**
 * What a candidate said, bounded: a text that nearly fills the heap of its thread would end the whole process when it
 * is compared. An answer that is too long is a failure.
 */
export function boundSaid(said: Said): Said {
  if (said.outcome === "stop") return countCharacters(said.value) > MAX_CHARACTERS ? TOO_LONG : said;
  if (said.outcome !== "error") return said;
  const { answer, message } = said.error;
  if (countCharacters([answer?.body ?? "", answer?.errcode ?? "", answer?.headers ?? {}]) > MAX_CHARACTERS)
    return TOO_LONG;
  return { ...said, error: { ...said.error, message: message.slice(0, MAX_MESSAGE) } };
}

const TOO_LONG: Said = {
  outcome: "error",
  error: { message: `its answer has more than ${MAX_CHARACTERS} characters, and is not compared` },
};

/** About how many characters a value has. */
export function countCharacters(value: Portable): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  const entries = Array.isArray(value) ? (value as readonly Portable[]) : Object.values(value);
  return entries.reduce<number>((sum, member) => sum + countCharacters(member), 8);
}
