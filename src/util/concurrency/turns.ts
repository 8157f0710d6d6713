/** What ends a wait for a turn before it comes. */
export interface TurnOptions {
  /** How long to wait; without it, there is no limit. */
  readonly timeoutMs?: number;
  /** Takes a function to call when the turn is not wanted any more; returns a function that stops listening. */
  readonly whenGone?: (gone: () => void) => () => void;
}

/** Admits a limited number at a time. The others wait, and are admitted in the order in which they asked. */
export class Turns {
  #free: number;
  readonly #line = new Set<() => void>();

  /** @param limit how many may have their turn at the same time */
  constructor(limit: number) {
    this.#free = limit;
  }

  /**
   * Resolves to whether the turn came: not where that takes longer than `timeoutMs`, nor once `whenGone` has called
   * back. A caller whose turn came must {@link pass} it on.
   */
  async take({ timeoutMs, whenGone }: TurnOptions = {}): Promise<boolean> {
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    return new Promise((resolve) => {
      let stopListening: (() => void) | undefined;
      const settle = (isTaken: boolean) => {
        clearTimeout(timer);
        stopListening?.();
        this.#line.delete(enter);
        resolve(isTaken);
      };
      const enter = () => settle(true);
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => settle(false), timeoutMs);
      this.#line.add(enter);
      stopListening = whenGone?.(() => settle(false));
    });
  }

  /** Passes a turn on to the first in line, who has it at once: a caller that comes now cannot get in between. */
  pass(): void {
    const [first] = this.#line;
    if (first) first();
    else this.#free += 1;
  }
}
