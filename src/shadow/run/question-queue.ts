/** What a queue may hold. */
export interface QueueLimits {
  readonly maxCount: number;
  /** Of all questions together. */
  readonly maxCharacters: number;
}

interface Queued<Item> {
  readonly item: Item;
  readonly characters: number;
}

/** Questions that wait for a shadow. It is bounded: the oldest make room. */
export class QuestionQueue<Item> {
  readonly #limits: QueueLimits;
  readonly #queued: Queued<Item>[] = [];
  #characters = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#queued.length;
  }

  /**
   * Adds a question of so many characters. Returns those that had to make room; the new one is among them where it has
   * no room by itself.
   */
  push(item: Item, characters: number): Item[] {
    this.#queued.push({ item, characters });
    this.#characters += characters;
    const dropped: Item[] = [];
    while (this.#queued.length > this.#limits.maxCount || this.#characters > this.#limits.maxCharacters) {
      const oldest = this.shift();
      if (oldest === undefined) break;
      dropped.push(oldest);
    }
    return dropped;
  }

  /** Takes the oldest. */
  shift(): Item | undefined {
    const oldest = this.#queued.shift();
    this.#characters -= oldest?.characters ?? 0;
    return oldest?.item;
  }

  /** Takes all, the oldest first. */
  clear(): Item[] {
    this.#characters = 0;
    return this.#queued.splice(0).map(({ item }) => item);
  }
}
