import { expect, test } from "vitest";
import { KINDS, type KindName } from "../../../src/callbacks/kinds.ts";
import type { Portable, Said } from "../../../src/shadow/asked.ts";
import { compareSaid } from "../../../src/shadow/compare/compare-said.ts";
import { ALONE, limit } from "./answers.ts";

const QUESTIONS = 2000;
const kinds = Object.keys(KINDS) as KindName[];

/** The same numbers in every run: from 0 up to, but without, `below`. */
function createDice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Dice = ReturnType<typeof createDice>;

const NUMBERS = ["0", "1", "-1", "100", "0.5", "9007199254740993", "123456789012345678901234567890"];

function json(roll: Dice, depth = 0): string {
  const chosen = roll(depth > 2 ? 4 : 6);
  if (chosen < 2) return NUMBERS[roll(NUMBERS.length)]!;
  if (chosen === 2) return JSON.stringify(String.fromCodePoint(roll(0xd000), 0x1f600));
  if (chosen === 3) return ["null", "true", "false"][roll(3)]!;
  const members = Array.from({ length: roll(4) }, () => json(roll, depth + 1));
  if (chosen === 4) return `[${members.join(",")}]`;
  return `{${members.map((text, index) => `"k${index}":${text}`).join(",")}}`;
}

function said(kind: KindName, roll: Dice): Said {
  const chosen = roll(KINDS[kind].notification ? 3 : 4);
  if (chosen === 0) return { outcome: "continue" };
  if (chosen === 1) return { outcome: "error", error: { message: "failed" } };
  if (chosen === 2) {
    const answer = {
      status: 400 + roll(100),
      errcode: "M_X",
      body: `{"errcode":"M_X","error":"no","f":${json(roll)}}`,
    };
    return { outcome: "error", error: { message: "no", answer } };
  }
  return { outcome: "stop", value: stopValue(kind, roll) };
}

function stopValue(kind: KindName, roll: Dice): Portable {
  if (kind === "get_media_config_for_user") return `{"a":${json(roll)},"b":${json(roll)}}`;
  if (kind === "get_media_upload_limits_for_user") {
    return Array.from({ length: roll(4) }, () => limit(NUMBERS[roll(NUMBERS.length)]!, NUMBERS[roll(4)]!));
  }
  if (kind === "check_media_file_for_spam") return { errcode: `M_${roll(3)}`, fields: { a: roll(2), b: roll(2) } };
  return null;
}

/** The same answer, written in another way: members from last to first, numbers and spaces of another form. */
function rewrite(answer: Said): Said {
  if (answer.outcome === "stop") return { outcome: "stop", value: rewriteValue(answer.value) };
  if (answer.outcome !== "error" || answer.error.answer === undefined) return answer;
  const words = answer.error.answer;
  return { outcome: "error", error: { message: "other", answer: { ...words, body: rewriteText(words.body) } } };
}

function rewriteValue(value: Portable): Portable {
  if (typeof value === "string") return value.startsWith("{") ? rewriteText(value) : rewriteNumber(value);
  if (Array.isArray(value)) return (value as readonly Portable[]).map(rewriteValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]): [string, Portable] => [name, name === "errcode" ? member : rewriteValue(member)])
      .toReversed(),
  );
}

function rewriteNumber(text: string): string {
  return /^-?\d{1,15}$/.test(text) ? `${text}.0` : text;
}

function rewriteText(text: string): string {
  return print(JSON.parse(text, keepSource));
}

/** A number as it was written: `JSON.parse` alone rounds integers beyond 2^53. */
class Source {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function keepSource(this: unknown, _key: string, value: unknown, ...rest: unknown[]): unknown {
  const [context] = rest as [{ source?: string }?];
  return typeof value === "number" ? new Source(context?.source ?? "") : value;
}

function print(value: unknown): string {
  if (value instanceof Source) return rewriteNumber(value.text);
  if (Array.isArray(value)) return `[ ${value.map(print).join(" , ")} ]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toReversed();
  return `{ ${members.map(([name, member]) => `${JSON.stringify(name)} : ${print(member)}`).join(" , ")} }`;
}

const ARGS: readonly Portable[] = ["@a:example.test", limit("10", "10"), 1, 1];

test.each(kinds)("%s: an answer is the same as itself, unless its module failed", (kind) => {
  const roll = createDice(1);
  for (let question = 0; question < QUESTIONS; question += 1) {
    const answer = said(kind, roll);
    const isFailure = answer.outcome === "error" && answer.error.answer === undefined;
    const found = compareSaid(kind, ARGS, answer, structuredClone(answer), ALONE).class;
    expect([found, JSON.stringify(answer)]).toEqual([isFailure ? "control_failed" : "same", JSON.stringify(answer)]);
  }
});

test.each(kinds)("%s: an answer that is written in another way is the same", (kind) => {
  const roll = createDice(2);
  let rewritten = 0;
  for (let question = 0; question < QUESTIONS; question += 1) {
    const answer = said(kind, roll);
    if (answer.outcome === "error" && answer.error.answer === undefined) continue;
    const other = rewrite(answer);
    if (JSON.stringify(other) !== JSON.stringify(answer)) rewritten += 1;
    expect([compareSaid(kind, ARGS, answer, other, ALONE).class, JSON.stringify(answer)]).toEqual([
      "same",
      JSON.stringify(answer),
    ]);
  }
  expect(rewritten).toBeGreaterThan(QUESTIONS / 10);
});

test.each(kinds)("%s: two answers have no other class the other way round, unless one of them failed", (kind) => {
  const roll = createDice(3);
  for (let question = 0; question < QUESTIONS; question += 1) {
    const [a, b] = [said(kind, roll), said(kind, roll)];
    const [there, back] = [compareSaid(kind, ARGS, a, b, ALONE), compareSaid(kind, ARGS, b, a, ALONE)];
    if (/failed/.test(there.class + back.class)) continue;
    expect(back.class).toBe(there.class);
  }
});
