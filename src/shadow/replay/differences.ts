import type { KindName } from "../../callbacks/kinds.ts";
import type { Portable, Said } from "../asked.ts";
import { COMPARISON_CLASSES, type Comparison, type ComparisonClass } from "../compare/compare-said.ts";

/** A question to which two modules said something different. */
export interface Difference {
  /** The line of the recording; undefined for a question that was generated. */
  readonly line: number | undefined;
  readonly callback: KindName;
  readonly args: readonly Portable[];
  readonly original: Said;
  readonly candidate: Said;
  readonly effects: Comparison["effects"];
}

/** How often something was found, and the smallest cases of it. */
export interface FoundClass {
  readonly count: number;
  /** Fewest bytes first; no two alike. */
  readonly smallest: readonly Difference[];
}

/** How many cases of a class are kept: the smallest ones. */
const MAX_KEPT = 10;
/** There is nothing to show of these. */
const UNSHOWN: ReadonlySet<ComparisonClass> = new Set(["same", "ignored", "dropped"]);

interface Kept {
  readonly text: string;
  readonly difference: Difference;
}

/** What comparisons found, by class. However many there are, it holds a few of each. */
export class Differences {
  readonly #counts = new Map<ComparisonClass, number>();
  readonly #kept = new Map<ComparisonClass, Kept[]>();

  add(found: ComparisonClass, difference: Difference): void {
    this.#counts.set(found, (this.#counts.get(found) ?? 0) + 1);
    if (UNSHOWN.has(found)) return;
    const { callback, args, original, candidate } = difference;
    const text = JSON.stringify([callback, args, original, candidate]);
    const kept = this.#kept.get(found) ?? [];
    this.#kept.set(found, kept);
    const last = kept.at(-1);
    if (last !== undefined && kept.length >= MAX_KEPT && text.length >= last.text.length) return;
    if (kept.some((known) => known.text === text)) return;
    const at = kept.findIndex((known) => known.text.length > text.length);
    kept.splice(at === -1 ? kept.length : at, 0, { text, difference });
    kept.splice(MAX_KEPT);
  }

  count(found: ComparisonClass): number {
    return this.#counts.get(found) ?? 0;
  }

  /** Whether a client would get something else from the candidate. */
  get haveEffect(): boolean {
    return (["different_effect", "candidate_failed", "candidate_late"] as const).some((name) => this.count(name) > 0);
  }

  /** The classes of which there are any. */
  toJSON(): Partial<Record<ComparisonClass, FoundClass>> {
    const found = COMPARISON_CLASSES.filter((name) => this.count(name) > 0).map((name) => {
      const smallest = (this.#kept.get(name) ?? []).map(({ difference }) => difference);
      return [name, { count: this.count(name), smallest }];
    });
    return Object.fromEntries(found) as Partial<Record<ComparisonClass, FoundClass>>;
  }
}
