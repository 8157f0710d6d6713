import { createHash } from "node:crypto";

/**
 * A map that keeps a bounded number of keys: those whose hashes, under a seed, are the smallest. Which ones these are
 * depends on the keys that were offered and on the seed, not on their order.
 */
export class SmallestHashes<Value> {
  readonly #max: number;
  readonly #seed: string;
  #entries = new Map<string, { readonly hash: string; readonly value: Value }>();
  #bound: string | undefined;
  #refused = false;

  constructor(max: number, seed: string) {
    this.#max = max;
    this.#seed = seed;
  }

  /** The value of a key, made where it is new; undefined where the key is not kept. */
  take(key: string, make: () => Value): Value | undefined {
    const known = this.#entries.get(key);
    if (known !== undefined) return known.value;
    const hash = createHash("sha256").update(`${this.#seed}\n${key}`).digest("hex");
    if (this.#bound !== undefined && hash >= this.#bound) {
      this.#refused = true;
      return undefined;
    }
    const value = make();
    this.#entries.set(key, { hash, value });
    if (this.#entries.size >= 2 * this.#max) this.#cut();
    return value;
  }

  /** What is kept, in the order of the keys. */
  list(): (readonly [key: string, value: Value])[] {
    if (this.#entries.size > this.#max) this.#cut();
    return [...this.#entries]
      .map(([key, { value }]) => [key, value] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
  }

  /** Whether there were more keys than are kept. */
  get isPartial(): boolean {
    return this.#refused || this.#entries.size > this.#max;
  }

  #cut(): void {
    const sorted = [...this.#entries].toSorted(([, one], [, other]) => (one.hash < other.hash ? -1 : 1));
    this.#bound = sorted[this.#max]?.[1].hash;
    this.#entries = new Map(sorted.slice(0, this.#max));
    this.#refused = true;
  }
}
