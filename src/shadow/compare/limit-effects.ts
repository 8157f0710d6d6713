import type { WireLimit } from "../../callbacks/limit.ts";
import type { ConfiguredUploadLimit } from "../../config/config.ts";
import { MAX_DIGITS } from "./canonical.ts";
import type { LimitEffect } from "./effect.ts";

/** A limit whose bound is read. */
interface ReadLimit {
  /** The most bytes that pass; undefined where it limits no upload. */
  readonly bound: bigint | undefined;
  readonly effect: LimitEffect;
}

/** The numbers of a limit that has Python's `bool` in it. */
const BOOLEANS = new Map([
  ["True", "1"],
  ["False", "0"],
]);

/**
 * What limits allow: in the order in which an upload meets them, the longest period first, without those that an upload
 * never meets because an earlier one has refused it.
 */
export function limitEffects(limits: readonly Partial<WireLimit>[], limitPage: string): LimitEffect[] {
  const read = limits.map((limit) => readLimit(limit, limitPage));
  const inOrder = read.toSorted((a, b) => b.effect.timePeriodMs - a.effect.timePeriodMs);
  let lowest: bigint | undefined;
  const met: LimitEffect[] = [];
  for (const { bound, effect } of inOrder) {
    // At least as much counts within a longer period: a lower bound there is reached first.
    if (bound === undefined || (lowest !== undefined && bound >= lowest)) continue;
    lowest = bound;
    const before = met.at(-1);
    if (before !== undefined && refusesAlike(before, effect)) met.pop();
    met.push(effect);
  }
  return met;
}

/** Whether two limits count the same uploads and refuse in the same words: the lower one alone decides then. */
function refusesAlike(a: LimitEffect, b: LimitEffect): boolean {
  return a.timePeriodMs === b.timePeriodMs && a.infoUri === b.infoUri && a.canUpgrade === b.canUpgrade;
}

/** A limit of the configuration in the form of the wire. */
export function configuredLimit(limit: ConfiguredUploadLimit): Partial<WireLimit> {
  return {
    max_bytes: String(limit.maxBytes),
    time_period_ms: String(limit.timePeriodMs),
    info_uri: limit.infoUri ?? null,
    can_upgrade: limit.canUpgrade,
  };
}

/** The members of a refusal by a limit, without `errcode` and `error`. */
export function refusalFields(limit: Partial<WireLimit>, limitPage: string): Map<string, string> {
  const fields = new Map([["info_uri", JSON.stringify(limit.info_uri || limitPage)]]);
  if (limit.can_upgrade === true) fields.set("can_upgrade", "true");
  return fields;
}

function readLimit(limit: Partial<WireLimit>, limitPage: string): ReadLimit {
  const bound = readBound(numberText(limit.max_bytes));
  const effect = {
    maxBytes: String(bound),
    timePeriodMs: Number(numberText(limit.time_period_ms)),
    infoUri: limit.info_uri || limitPage,
    canUpgrade: limit.can_upgrade === true,
  };
  return { bound, effect };
}

/** The whole bytes that pass: an upload is refused where its sum exceeds the number. */
function readBound(text: string): bigint | undefined {
  if (/^-?\d+$/.test(text)) {
    // No sum ever reaches such a number, and to read it takes more than linear time.
    if (text.length > MAX_DIGITS) return text.startsWith("-") ? -1n : undefined;
    return atLeastMinusOne(BigInt(text));
  }
  const number = Math.floor(Number(text));
  if (number === Infinity || Number.isNaN(number)) return undefined;
  return number < 0 ? -1n : BigInt(number);
}

/** No sum is below 0: every negative number refuses all uploads. */
function atLeastMinusOne(bound: bigint): bigint {
  return bound < 0n ? -1n : bound;
}

function numberText(text: unknown): string {
  const written = String(text);
  return BOOLEANS.get(written) ?? written;
}
