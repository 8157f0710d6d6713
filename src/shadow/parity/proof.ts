import type { KindName } from "../../callbacks/kinds.ts";
import { COMPARISON_CLASSES, type ComparisonClass } from "../compare/compare-said.ts";
import { countAsked, type Counter, MAX_DISTINCT } from "../differences/counters.ts";
import { type BucketCount, percentile } from "../differences/latency-buckets.ts";
import type { CallbackTally } from "./read-runs.ts";

/** What the questions to one callback of a shadow have shown. */
export interface CallbackProof {
  readonly callback: KindName;
  /** Questions that the candidate was asked. */
  readonly asked: number;
  readonly classes: Readonly<Record<ComparisonClass, number>>;
  readonly micros: { readonly original: Percentiles | null; readonly candidate: Percentiles | null };
  readonly users: Distinct;
  readonly arguments: Distinct;
  /** How many of the questions that the original was asked twice it answered differently; `share` is from 0 to 1. */
  readonly noise: { readonly asked: number; readonly disagreed: number; readonly share: number | null };
  /** Questions that the original gave an answer to and that count as independent: never more than distinct arguments. */
  readonly independent: number;
  /** Questions with another effect, and those in which the candidate failed or was late. */
  readonly differing: number;
  /**
   * The share of all questions, from 0 to 1, below which those lie, at 95 %, that the candidate would answer with another
   * effect; null where it has answered one so, or none was asked.
   */
  readonly differsInLessThan: number | null;
  /** Questions that could not be written. */
  readonly lost: number;
  /** Differences of which only the number is kept. */
  readonly unrecorded: number;
  /** Differences that `ignore` could not judge. */
  readonly ignoreFailed: number;
}

/** Times in microseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** How many different ones there were; `isAtLeast`: or more, they are not counted further. */
export interface Distinct {
  readonly count: number;
  readonly isAtLeast: boolean;
}

/** Classes that no proof survives. */
const DIFFERING = ["different_effect", "candidate_failed", "candidate_late"] as const;
/** No difference among n independent questions means fewer than 3/n, at 95 %. */
const RULE_OF_THREE = 3;

/** What a callback's questions have shown. */
export function proofOf({ callback, counts, latencies }: CallbackTally): CallbackProof {
  const count = (name: Counter): number => counts.get(name) ?? 0;
  const asked = countAsked(counts);
  const independent = Math.min(asked - count("control_failed"), count("arguments"));
  const differing = DIFFERING.reduce((sum, name) => sum + count(name), 0);
  const [noiseAsked, disagreed] = [count("noise_asked"), count("noise_disagreed")];
  const isProof = differing === 0 && independent > 0;
  return {
    callback,
    asked,
    classes: Object.fromEntries(COMPARISON_CLASSES.map((name) => [name, count(name)])) as CallbackProof["classes"],
    micros: { original: percentiles(latencies.original), candidate: percentiles(latencies.candidate) },
    users: distinct(count("users")),
    arguments: distinct(count("arguments")),
    noise: { asked: noiseAsked, disagreed, share: noiseAsked === 0 ? null : disagreed / noiseAsked },
    independent,
    differing,
    differsInLessThan: isProof ? Math.min(1, RULE_OF_THREE / independent) : null,
    lost: count("lost"),
    unrecorded: count("unrecorded"),
    ignoreFailed: count("ignore_failed"),
  };
}

function percentiles(buckets: readonly BucketCount[]): Percentiles | null {
  const [p50, p99] = [percentile(buckets, 0.5), percentile(buckets, 0.99)];
  return p50 === undefined || p99 === undefined ? null : { p50, p99 };
}

function distinct(count: number): Distinct {
  return { count, isAtLeast: count >= MAX_DISTINCT };
}
