import type { Said } from "../../shadow/asked.ts";
import type { Effect } from "../../shadow/compare/effect.ts";
import type { KeptDifference } from "../../shadow/parity/read-runs.ts";
import type { ComparisonClass } from "../../shadow/compare/compare-said.ts";

const MAX_LENGTH = 60;

/** The classes in words, as the report names them. */
export const CLASS_WORDS: Readonly<Record<ComparisonClass, string>> = {
  same: "same",
  ignored: "ignored",
  worded_differently: "other words",
  different_value: "other value",
  different_effect: "other effect",
  candidate_failed: "failed",
  candidate_late: "late",
  dropped: "dropped",
  control_failed: "control failed",
};

/** What both modules said to a question, in few words. */
export function describeBoth({ original, candidate, effects }: KeptDifference): [original: string, candidate: string] {
  return [cut(describe(original, effects?.original)), cut(describe(candidate, effects?.candidate))];
}

function describe(said: Said, effect: Effect | undefined): string {
  if (said.outcome === "timeout") return "no answer in time";
  if (said.outcome === "error" && said.error.answer === undefined) return `failed: ${said.error.message}`;
  if (effect !== undefined) return describeEffect(effect);
  return said.outcome === "stop" ? `answered ${JSON.stringify(said.value)}` : said.outcome;
}

function describeEffect(effect: Effect): string {
  switch (effect.follows) {
    case "pass":
      return "lets it pass";
    case "next":
      return "asks the next module";
    case "error":
      return [
        effect.status,
        effect.errcode,
        effect.error,
        ...[effect.fields, effect.headers].filter(saysSomething),
      ].join(" ");
    case "answer":
      return `${effect.status} ${effect.body}`;
    default: {
      const limits = effect.limits.map(({ maxBytes, timePeriodMs }) => `${maxBytes} bytes in ${timePeriodMs} ms`);
      return limits.length === 0 ? "no limits" : limits.join(", ");
    }
  }
}

function saysSomething(members: string | undefined): boolean {
  // A difference that an earlier release kept has no headers.
  return members !== undefined && members !== "{}";
}

/** A text that fits into a table. */
export function cut(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  // Not in the middle of a character.
  return `${text.slice(0, MAX_LENGTH - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
