import type { KindName } from "../../callbacks/kinds.ts";
import type { AskedContext, Portable } from "../asked.ts";
import type { RecordedQuestion } from "../recording/format.ts";
import { findNumbers, type NumberPath, withNumber } from "./numbers.ts";
import { SmallestHashes } from "./smallest-hashes.ts";

/** Questions that differ in one number alone, and in the names and sizes of their uploads. */
export interface BoundaryGroup {
  readonly kind: KindName;
  readonly args: readonly Portable[];
  readonly user: string | undefined;
  /** Of one of the questions. */
  readonly context: AskedContext | undefined;
  readonly path: NumberPath;
  /** The numbers between which to look; the lowest first. */
  readonly values: readonly number[];
}

const MAX_GROUPS = 500;
const MAX_VALUES = 100;

interface Gathered extends Omit<BoundaryGroup, "values" | "context"> {
  /** JSON text of the context that comes first of all by its text: whatever the order of the recording. */
  contextText: string;
  readonly values: SmallestHashes<number>;
}

/** The questions of one callback by one number in them, whatever else is in them. */
interface Across {
  readonly path: NumberPath;
  readonly byValue: SmallestHashes<{ readonly value: number; readonly question: RecordedQuestion }>;
}

/**
 * Gathers the numbers of a recording: those of questions that differ in nothing else, and neighbours among all numbers
 * of an argument to which something different was said, by whichever user they were asked. Of very many it keeps some,
 * which the seed chooses.
 */
export class BoundaryGroups {
  readonly #groups: SmallestHashes<Gathered>;
  /** By callback and place: there are few. */
  readonly #across = new Map<string, Across>();
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
    this.#groups = new SmallestHashes(MAX_GROUPS, seed);
  }

  add(question: RecordedQuestion): void {
    const { callback: kind, args, user, context } = question;
    const contextText = JSON.stringify(context ?? null);
    for (const { path, value } of findNumbers(args)) {
      const place = JSON.stringify([kind, path]);
      const group = this.#groups.take(
        JSON.stringify([place, user ?? null, withoutUploadsOwn(context), withNumber(args, path, 0)]),
        () => {
          return { kind, args, user, contextText, path, values: new SmallestHashes<number>(MAX_VALUES, this.#seed) };
        },
      );
      if (group !== undefined) {
        group.values.take(String(value), () => value);
        if (contextText < group.contextText) group.contextText = contextText;
      }
      const across = this.#across.get(place) ?? { path, byValue: new SmallestHashes(MAX_VALUES, this.#seed) };
      this.#across.set(place, across);
      across.byValue.take(String(value), () => ({ value, question }));
    }
  }

  list(): BoundaryGroup[] {
    const within = this.#groups.list().map(([, { values, contextText, ...group }]) => {
      const sorted = values.list().map(([, value]) => value);
      const context = (JSON.parse(contextText) as AskedContext | null) ?? undefined;
      return { ...group, context, values: sorted.toSorted((one, other) => one - other) };
    });
    return [...within, ...[...this.#across.values()].flatMap(listChanges)];
  }

  /** Whether there was more than is kept. */
  get isPartial(): boolean {
    return (
      this.#groups.isPartial ||
      this.#groups.list().some(([, { values }]) => values.isPartial) ||
      [...this.#across.values()].some(({ byValue }) => byValue.isPartial)
    );
  }
}

/** What questions have to share of their contexts: the name and the sizes of an upload are hardly ever those of another. */
function withoutUploadsOwn(context: AskedContext | undefined): AskedContext | null {
  if (context?.upload === undefined) return context ?? null;
  const { fileName: _fileName, declaredSizeBytes: _declared, sizeBytes: _size, ...upload } = context.upload;
  return { ...context, upload };
}

/** Where what was said changes between neighbours, the question of either is asked with both numbers. */
function listChanges({ path, byValue }: Across): BoundaryGroup[] {
  const sorted = byValue
    .list()
    .map(([, known]) => known)
    .toSorted((one, other) => one.value - other.value);
  return sorted.flatMap((high, index) => {
    const low = sorted[index - 1];
    if (low === undefined || JSON.stringify(low.question.said) === JSON.stringify(high.question.said)) return [];
    return [low, high].map(({ question: { callback: kind, args, user, context } }) => {
      return { kind, args, user, context, path, values: [low.value, high.value] };
    });
  });
}
