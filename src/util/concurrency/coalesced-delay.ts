import { setTimeout } from "node:timers/promises";

/**
 * A short wait that callers share: all who call during the wait continue together, and can do their work as one piece.
 */
export class CoalescedDelay {
  readonly #ms: number;
  #current: Promise<void> | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Resolves at the end of the current wait, or of one that begins now. */
  over(): Promise<void> {
    return (this.#current ??= this.#begin());
  }

  async #begin(): Promise<void> {
    await setTimeout(this.#ms);
    this.#current = undefined;
  }
}
