import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { WireLimit } from "../../callbacks/limit.ts";
import type { Portable, Said } from "../asked.ts";
import { canonicalJson, canonicalNumber, canonicalText } from "./canonical.ts";
import { findEffect } from "./find-effect.ts";
import type { Effect, EffectFacts } from "./effect.ts";

/**
 * How two answers to one question relate. `worded_differently`: same status, errcode and fields, other words for people.
 * `different_value`: other answers that lead to the same. `dropped`: the candidate was not asked. `control_failed`: the
 * original failed or gave no verdict, whatever the candidate said. `ignored`: different, and `ignore` says that it does
 * not matter.
 */
export const COMPARISON_CLASSES = [
  "same",
  "ignored",
  "worded_differently",
  "different_value",
  "different_effect",
  "candidate_failed",
  "candidate_late",
  "dropped",
  "control_failed",
] as const;

export type ComparisonClass = (typeof COMPARISON_CLASSES)[number];

/** What a comparison found. */
export interface Comparison {
  readonly class: ComparisonClass;
  /** What follows from both answers, where it is not the same. */
  readonly effects?: { readonly original: Effect; readonly candidate: Effect };
}

/** Compares what the module that decides and its candidate said to one question: what follows first, then the value. */
export function compareSaid(
  kind: KindName,
  args: readonly Portable[],
  original: Said,
  candidate: Said,
  facts: EffectFacts,
): Comparison {
  return compareReadable(kind, args, [readable(kind, original), readable(kind, candidate)], facts);
}

function compareReadable(
  kind: KindName,
  args: readonly Portable[],
  [original, candidate]: readonly [Said, Said],
  facts: EffectFacts,
): Comparison {
  const [left, right] = [findEffect(kind, args, original, facts), findEffect(kind, args, candidate, facts)];
  const found = classify(kind, [original, left], [candidate, right]);
  return textOf(left) === textOf(right)
    ? { class: found }
    : { class: found, effects: { original: left, candidate: right } };
}

/**
 * Whether a second answer of the same module to the same question agrees with its first; undefined where either gave no
 * verdict, which says nothing about the module.
 */
export function agreesWithItself(
  kind: KindName,
  args: readonly Portable[],
  { first, second }: { readonly first: Said; readonly second: Said },
  facts: EffectFacts,
): boolean | undefined {
  if (gaveNoVerdict(first) || gaveNoVerdict(second)) return undefined;
  if (isFailure(first) || isFailure(second)) return isFailure(first) === isFailure(second);
  return compareSaid(kind, args, first, second, facts).class === "same";
}

type Leading = readonly [said: Said, effect: Effect];

function classify(kind: KindName, [original, left]: Leading, [candidate, right]: Leading): ComparisonClass {
  if (candidate.outcome === "busy") return "dropped";
  if (isFailure(original) || gaveNoVerdict(original)) return "control_failed";
  if (candidate.outcome === "timeout") return "candidate_late";
  // A child that is gone may have ended because of this very question.
  if (isFailure(candidate) || candidate.outcome === "unavailable") return "candidate_failed";
  if (textOf(left) === textOf(right)) {
    return valueText(kind, original) === valueText(kind, candidate) ? "same" : "different_value";
  }
  return textOf(withoutWords(left)) === textOf(withoutWords(right)) ? "worded_differently" : "different_effect";
}

/** An answer that the wire does not allow counts as a failure of the module that gave it. */
function readable(kind: KindName, said: Said): Said {
  if (said.outcome !== "stop" || isOnWire(kind, said.value)) return said;
  return { outcome: "error", error: { message: "the answer has a form that this callback never has" } };
}

function isOnWire(kind: KindName, value: Portable): boolean {
  switch (kind) {
    case "get_media_config_for_user":
      return typeof value === "string";
    case "get_media_upload_limits_for_user":
      return Array.isArray(value) && value.every((limit) => typeof limit === "object" && limit !== null);
    case "check_media_file_for_spam":
      return typeof value === "object" && !Array.isArray(value);
    default:
      return !KINDS[kind].notification;
  }
}

/** Whether a module's code failed: it raised, or answered with a wrong type. */
function isFailure(said: Said): boolean {
  return said.outcome === "error" && said.error.answer === undefined;
}

function gaveNoVerdict({ outcome }: Said): boolean {
  return outcome === "timeout" || outcome === "unavailable" || outcome === "busy";
}

function withoutWords(effect: Effect): Effect {
  return effect.follows === "error" ? { ...effect, error: "" } : effect;
}

function textOf(effect: Effect): string {
  return canonicalText(effect as unknown as Portable);
}

/** One text for all answers that a module cannot have meant differently. */
function valueText(kind: KindName, said: Said): string {
  switch (said.outcome) {
    case "stop":
      return `stop ${stopText(kind, said.value)}`;
    case "error":
      // Its body was compared as part of what follows, except in notifications that nothing follows from.
      return `error ${said.error.answer?.status} ${canonicalJson(said.error.answer?.body ?? "null")} ${canonicalText(said.error.answer?.headers ?? {})}`;
    default:
      return said.outcome;
  }
}

function stopText(kind: KindName, value: Portable): string {
  if (kind === "get_media_config_for_user") return canonicalJson(value as string);
  if (kind === "is_user_allowed_to_upload_media_of_size") return "";
  // What follows has been compared: a Python module has no words, and a TypeScript one may spell out the default.
  if (kind === "check_media_file_for_spam") return "";
  return canonicalText((value as unknown as readonly Partial<WireLimit>[]).map(limitValue));
}

/** A limit with numbers of one form, and without members that say nothing. */
function limitValue({ max_bytes, time_period_ms, info_uri, can_upgrade, extra }: Partial<WireLimit>): Portable {
  return {
    max_bytes: numberValue(max_bytes),
    time_period_ms: numberValue(time_period_ms),
    info_uri: info_uri ?? null,
    can_upgrade: can_upgrade === true,
    extra: typeof extra === "string" ? canonicalJson(extra) : null,
  };
}

/** Python's `bool` is an `int`. */
function numberValue(text: string | undefined): string {
  return canonicalNumber(text === "True" ? "1" : text === "False" ? "0" : String(text));
}
