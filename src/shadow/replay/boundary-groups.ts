import type { KindName } from "../../callbacks/kinds.ts";
import type { Portable, Said } from "../asked.ts";
import type { RecordedQuestion } from "../recording/format.ts";
import { findNumbers, type NumberPath, withNumber } from "./numbers.ts";
import { SmallestHashes } from "./smallest-hashes.ts";

/** Recorded questions that differ in one number alone. */
export interface BoundaryGroup {
  readonly kind: KindName;
  readonly args: readonly Portable[];
  readonly user: string | undefined;
  readonly path: NumberPath;
  /** The numbers that were recorded, and what was said to each; the lowest first. */
  readonly values: readonly RecordedValue[];
}

export interface RecordedValue {
  readonly value: number;
  readonly said: Said;
}

const MAX_GROUPS = 500;
const MAX_VALUES = 100;

interface Gathered extends Omit<BoundaryGroup, "values"> {
  readonly values: SmallestHashes<Said>;
}

/** Gathers questions that differ in one number alone. Of very many it keeps some, which the seed chooses. */
export class BoundaryGroups {
  readonly #groups: SmallestHashes<Gathered>;
  readonly #seed: string;

  constructor(seed: string) {
    this.#seed = seed;
    this.#groups = new SmallestHashes(MAX_GROUPS, seed);
  }

  add({ callback: kind, args, user, said }: RecordedQuestion): void {
    for (const { path, value } of findNumbers(args)) {
      const key = JSON.stringify([kind, path, user ?? null, withNumber(args, path, 0)]);
      const group = this.#groups.take(key, () => {
        const values = new SmallestHashes<Said>(MAX_VALUES, this.#seed);
        return { kind, args, user, path, values };
      });
      group?.values.take(String(value), () => said);
    }
  }

  list(): BoundaryGroup[] {
    return this.#groups.list().map(([, { values, ...group }]) => {
      const read = values.list().map(([text, said]): RecordedValue => ({ value: Number(text), said }));
      return { ...group, values: read.toSorted((one, other) => one.value - other.value) };
    });
  }

  /** Whether there was more than is kept. */
  get isPartial(): boolean {
    return this.#groups.isPartial || this.#groups.list().some(([, { values }]) => values.isPartial);
  }
}
