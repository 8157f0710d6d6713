/** A number of places. Who finds none free waits in line, for a bounded time. */
export class Places {
  #free: number;
  readonly #line = new Set<() => void>();

  /** @param count How many may be taken at a time. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Takes a place at once if one is free. Answers whether it did. */
  tryTake(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  /**
   * Resolves to whether a place was taken: not where none came free within `timeoutMs`, nor once `whenGone` has called back. Who has
   * taken a place must {@link leave}.
   *
   * @param whenGone is given what to call when the place is not wanted any more; answers how to stop that
   */
  async take(timeoutMs: number, whenGone: (gone: () => void) => () => void): Promise<boolean> {
    if (this.tryTake()) return true;
    return new Promise((resolve) => {
      let stopListening: (() => void) | undefined;
      const settle = (isTaken: boolean) => {
        clearTimeout(timer);
        stopListening?.();
        this.#line.delete(enter);
        resolve(isTaken);
      };
      const enter = () => settle(true);
      const timer = setTimeout(() => settle(false), timeoutMs);
      this.#line.add(enter);
      stopListening = whenGone(() => settle(false));
    });
  }

  /** Gives a place back, to the first in line. */
  leave(): void {
    const [first] = this.#line;
    if (first) first();
    else this.#free += 1;
  }
}
