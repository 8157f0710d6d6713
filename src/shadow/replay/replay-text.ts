import { toVisibleText } from "../../util/log/visible-text.ts";
import type { Said } from "../asked.ts";
import type { ComparisonClass } from "../compare/compare-said.ts";
import type { Difference, Differences } from "./differences.ts";

/** What each class means, for people. */
const WORDS: Record<ComparisonClass, string> = {
  same: "the same",
  ignored: "different, and ignored",
  worded_differently: "worded differently",
  different_value: "another value, with the same effect",
  different_effect: "ANOTHER EFFECT",
  candidate_failed: "THE CANDIDATE FAILED",
  candidate_late: "THE CANDIDATE WAS LATE",
  dropped: "not asked: the candidate was busy",
  control_failed: "the original had failed or given no verdict",
};

/** The worst first. */
const ORDER: readonly ComparisonClass[] = [
  "different_effect",
  "candidate_failed",
  "candidate_late",
  "different_value",
  "worded_differently",
  "control_failed",
  "dropped",
  "ignored",
  "same",
];
const MAX_TEXT = 400;

/** How many answers are of each class, and the smallest cases of those that differ. */
export function describeDifferences(differences: Differences): string[] {
  const found = differences.toJSON();
  const classes = ORDER.filter((name) => found[name] !== undefined);
  const width = Math.max(...classes.map((name) => String(found[name]?.count).length), 0);
  return [
    ...classes.map((name) => `  ${String(found[name]?.count).padStart(width)}  ${WORDS[name]}`),
    ...classes
      .filter((name) => name !== "control_failed")
      .flatMap((name) => {
        const smallest = found[name]?.smallest ?? [];
        if (smallest.length === 0) return [];
        return ["", `${WORDS[name]}, the smallest first:`, ...smallest.flatMap(describeDifference)];
      }),
  ];
}

function describeDifference({ line, callback, args, original, candidate }: Difference): string[] {
  const place = line === undefined ? "" : ` (line ${line})`;
  return [
    `  ${callback} ${args.map((arg) => show(JSON.stringify(arg))).join(" ")}${place}`,
    `    original:  ${describeSaid(original)}`,
    `    candidate: ${describeSaid(candidate)}`,
  ];
}

/** An answer of a module in words. */
export function describeSaid(said: Said): string {
  switch (said.outcome) {
    case "stop":
      if (said.value === null) return "stop";
      return show(`stop ${typeof said.value === "string" ? said.value : JSON.stringify(said.value)}`);
    case "error": {
      const { answer, message } = said.error;
      return show(answer === undefined ? `failed: ${message}` : `${answer.status} ${answer.body}`);
    }
    default:
      return said.outcome;
  }
}

/** A module chose some of it. */
function show(text: string): string {
  const visible = toVisibleText(text.replaceAll("\n", " "));
  return visible.length > MAX_TEXT ? `${visible.slice(0, MAX_TEXT)}…` : visible;
}
