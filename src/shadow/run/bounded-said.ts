import type { Portable, Said } from "../asked.ts";

/** Of all texts in one answer. Far above what a client would be sent. */
const MAX_CHARACTERS = 2 ** 20;
const MAX_MESSAGE = 2 ** 14;

/**
 * What a candidate said, bounded: a text that nearly fills the heap of its thread would end the whole process when it
 * is compared. An answer that is too long is a failure.
 */
export function boundSaid(said: Said): Said {
  if (said.outcome === "stop") return countCharacters(said.value, MAX_CHARACTERS) > MAX_CHARACTERS ? TOO_LONG : said;
  if (said.outcome !== "error") return said;
  const { answer, message } = said.error;
  if (
    countCharacters([answer?.body ?? "", answer?.errcode ?? "", answer?.headers ?? {}], MAX_CHARACTERS) > MAX_CHARACTERS
  )
    return TOO_LONG;
  return { ...said, error: { ...said.error, message: message.slice(0, MAX_MESSAGE) } };
}

const TOO_LONG: Said = {
  outcome: "error",
  error: { message: `its answer has more than ${MAX_CHARACTERS} characters, and is not compared` },
};

/** About how many characters a value has, however deeply it is nested; those beyond `most` are not counted. */
export function countCharacters(value: Portable, most = Infinity): number {
  const left: (Portable | undefined)[] = [value];
  let sum = 0;
  while (left.length > 0 && sum <= most) {
    const next = left.pop();
    sum += typeof next === "string" ? next.length : 8;
    if (typeof next === "object" && next !== null) for (const member of Object.values(next)) left.push(member);
  }
  return sum;
}
