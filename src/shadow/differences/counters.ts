import type { KindName } from "../../callbacks/kinds.ts";
import { COMPARISON_CLASSES, type ComparisonClass } from "../compare/compare-said.ts";

/**
 * What is counted for a callback beside the classes. `noise_asked`: questions that the original was asked twice, of which
 * it answered `noise_disagreed` differently. `ignore_failed`: differences that `ignore` could not judge. `lost`: questions
 * that could not be written. `unrecorded`: differences that are counted, and whose arguments and answers are not kept.
 * `users`, `arguments`: how many different ones.
 */
export const COUNTERS = [
  ...COMPARISON_CLASSES,
  "noise_asked",
  "noise_disagreed",
  "ignore_failed",
  "lost",
  "unrecorded",
  "users",
  "arguments",
] as const;

export type Counter = (typeof COUNTERS)[number];

/** Users and arguments are counted exactly up to this number: beyond it there are at least as many. */
export const MAX_DISTINCT = 100_000;

/** Sums for each callback, until they are written. */
export class Sums {
  readonly #sums = new Map<KindName, Map<Counter, number>>();

  add(callback: KindName, counter: Counter, count = 1): void {
    const counts = this.#sums.get(callback) ?? new Map<Counter, number>();
    counts.set(counter, (counts.get(counter) ?? 0) + count);
    this.#sums.set(callback, counts);
  }

  /** The same sums once more. */
  copy(): Sums {
    const copy = new Sums();
    for (const entry of this.entries()) copy.add(...entry);
    return copy;
  }

  *entries(): Iterable<[callback: KindName, counter: Counter, count: number]> {
    for (const [callback, counts] of this.#sums) {
      for (const [counter, count] of counts) yield [callback, counter, count];
    }
  }
}

/** Of all questions that a candidate was asked. */
export function countAsked(counts: ReadonlyMap<Counter, number>): number {
  const classes = COMPARISON_CLASSES.filter((name): name is ComparisonClass => name !== "dropped");
  return classes.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
}
