interface Entry<Answer> {
  readonly answer: Answer;
  readonly expiresAtMs: number;
}

/**
 * A cache of at most `maxEntries` answers, each kept for a holder and valid for a limited time. When the cache is full,
 * the holder with the most answers loses its least recently used one, so that no holder can evict the answers of
 * others. Among holders with equally many answers, the least recently seen one loses.
 */
export class FairAnswers<Answer> {
  readonly #holders = new Map<string, Map<string, Entry<Answer>>>();
  /** The holders by the number of their answers. In each set, the most recently seen holder is last. */
  readonly #byCount: Set<string>[] = [];
  readonly #maxEntries: number;
  #size = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#size;
  }

  /** The answer kept for a holder under a key; undefined where there is none or it has expired. */
  get(holder: string, key: string, nowMs: number): Answer | undefined {
    const entries = this.#holders.get(holder);
    const entry = entries?.get(key);
    if (entries === undefined || entry === undefined) return undefined;
    if (nowMs >= entry.expiresAtMs) {
      this.delete(holder, key);
      return undefined;
    }
    // Maps and sets keep the order of insertion: the most recently used entry is last.
    entries.delete(key);
    entries.set(key, entry);
    this.#place(holder, entries.size, entries.size);
    return entry.answer;
  }

  set(holder: string, key: string, answer: Answer, expiresAtMs: number): void {
    const entries = this.#holders.get(holder) ?? new Map<string, Entry<Answer>>();
    this.#holders.set(holder, entries);
    const before = entries.size;
    entries.delete(key);
    entries.set(key, { answer, expiresAtMs });
    this.#place(holder, before, entries.size);
    this.#size += entries.size - before;
    if (this.#size > this.#maxEntries) this.#makeRoom();
  }

  delete(holder: string, key: string): void {
    const entries = this.#holders.get(holder);
    if (entries === undefined || !entries.delete(key)) return;
    this.#size -= 1;
    this.#place(holder, entries.size + 1, entries.size);
    if (entries.size === 0) this.#holders.delete(holder);
  }

  /** Forgets all answers of a holder. */
  deleteHolder(holder: string): void {
    const count = this.#holders.get(holder)?.size ?? 0;
    this.#size -= count;
    this.#place(holder, count, 0);
    this.#holders.delete(holder);
  }

  #makeRoom(): void {
    const [holder = ""] = this.#byCount.at(-1) ?? [];
    const [key = ""] = this.#holders.get(holder)?.keys() ?? [];
    this.delete(holder, key);
  }

  /** Puts a holder last among those that have `count` answers. The last set is never empty. */
  #place(holder: string, before: number, count: number): void {
    if (before > 0) this.#byCount[before - 1]?.delete(holder);
    if (count > 0) {
      while (this.#byCount.length < count) this.#byCount.push(new Set());
      this.#byCount[count - 1]?.add(holder);
    }
    while (this.#byCount.at(-1)?.size === 0) this.#byCount.pop();
  }
}
