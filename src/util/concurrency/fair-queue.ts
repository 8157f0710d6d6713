/** The waiting items of one key. */
interface Lane<T> {
  readonly urgent: T[];
  readonly common: T[];
}

/**
 * A queue in which keys take turns. Every other turn is for keys that have had none yet. Within a key, urgent items are
 * first, then the others in their order.
 */
export class FairQueue<T> {
  readonly #lanes = new Map<string, Lane<T>>();
  /**
   * Keys that wait for their first turn: behind all others they would wait for a whole round, which may be longer than
   * they can.
   */
  readonly #newcomers = new Set<string>();
  #isNewcomersTurn = true;
  #count = 0;

  get size(): number {
    return this.#count;
  }

  push(key: string, item: T, isUrgent: boolean): void {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      this.#lanes.set(key, (lane = { urgent: [], common: [] }));
      this.#newcomers.add(key);
    }
    (isUrgent ? lane.urgent : lane.common).push(item);
    this.#count += 1;
  }

  /** Takes the next item; its key gets its next turn after all others. */
  shift(): T | undefined {
    const key = (this.#isNewcomersTurn ? first(this.#newcomers) : undefined) ?? first(this.#lanes.keys());
    this.#isNewcomersTurn = !this.#isNewcomersTurn;
    const lane = key === undefined ? undefined : this.#lanes.get(key);
    if (key === undefined || lane === undefined) return undefined;
    const item = lane.urgent.shift() ?? lane.common.shift();
    this.#remove(key);
    if (!isEmpty(lane)) this.#lanes.set(key, lane);
    this.#count -= 1;
    return item;
  }

  /** Takes the latest common item of the key that has most of them, if these are more than `least`. */
  takeFromLongest(least: number): T | undefined {
    let longest: [string, Lane<T>] | undefined;
    for (const entry of this.#lanes) {
      if (entry[1].common.length > (longest?.[1].common.length ?? least)) longest = entry;
    }
    if (longest === undefined) return undefined;
    const [key, lane] = longest;
    const item = lane.common.pop();
    if (isEmpty(lane)) this.#remove(key);
    this.#count -= 1;
    return item;
  }

  /** Takes an item of a key out of the queue, wherever it is. */
  remove(key: string, item: T): void {
    const lane = this.#lanes.get(key);
    for (const items of lane ? [lane.urgent, lane.common] : []) {
      const index = items.indexOf(item);
      if (index === -1) continue;
      items.splice(index, 1);
      this.#count -= 1;
    }
    if (lane && isEmpty(lane)) this.#remove(key);
  }

  /** How many common items a key has. */
  commonOf(key: string): number {
    return this.#lanes.get(key)?.common.length ?? 0;
  }

  /** Takes every item that matches. */
  takeWhere(matches: (item: T) => boolean): T[] {
    const taken: T[] = [];
    for (const [key, { urgent, common }] of this.#lanes) {
      const [left, others] = [urgent, common].map((items) =>
        items.filter((item) => !(matches(item) && taken.push(item))),
      );
      const lane = { urgent: left ?? [], common: others ?? [] };
      if (isEmpty(lane)) this.#remove(key);
      else this.#lanes.set(key, lane);
    }
    this.#count -= taken.length;
    return taken;
  }

  #remove(key: string): void {
    this.#lanes.delete(key);
    this.#newcomers.delete(key);
  }
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}

function isEmpty({ urgent, common }: Lane<unknown>): boolean {
  return urgent.length === 0 && common.length === 0;
}
