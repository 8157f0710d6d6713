interface Entry<Answer> {
  readonly answer: Answer;
  readonly expiresAtMs: number;
}

/**
 * A cache of at most `maxEntries` answers, each valid for a limited time. When it is full, the least recently used one
 * is removed.
 */
export class RecentAnswers<Answer> {
  readonly #entries = new Map<string, Entry<Answer>>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The answer kept under a key; undefined where there is none or it has expired. */
  get(key: string, nowMs: number): Answer | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (nowMs >= entry.expiresAtMs) return undefined;
    // A map keeps the order of insertion: the most recently used entry is last.
    this.#entries.set(key, entry);
    return entry.answer;
  }

  set(key: string, answer: Answer, expiresAtMs: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { answer, expiresAtMs });
    if (this.#entries.size <= this.#maxEntries) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
