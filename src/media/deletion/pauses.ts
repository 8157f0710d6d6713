import { backoff } from "../../util/concurrency/backoff.ts";
import type { Clock } from "../../util/clock.ts";

/** The longest pause of what fails time after time. */
const LONGEST_PAUSE_MS = 60_000;

/** What fails is left alone for a while, longer after each further failure, whatever the media. */
export class Pauses {
  readonly #clock: Pick<Clock, "now">;
  readonly #firstMs: number;
  readonly #paused = new Map<string, { readonly failures: number; readonly untilTs: number }>();

  /** @param firstMs the first pause, in milliseconds */
  constructor(clock: Pick<Clock, "now">, firstMs: number) {
    this.#clock = clock;
    this.#firstMs = firstMs;
  }

  /** How long the pause of a name is still to last, in milliseconds; 0 where it has none. */
  leftMs(name: string): number {
    const leftMs = (this.#paused.get(name)?.untilTs ?? 0) - this.#clock.now();
    // A clock that was wrong began a pause that is longer than any.
    return leftMs > LONGEST_PAUSE_MS ? 0 : Math.max(0, leftMs);
  }

  /** Whether it failed the last time. */
  has(name: string): boolean {
    return this.#paused.has(name);
  }

  /** It failed once more. */
  begin(name: string): void {
    const failures = (this.#paused.get(name)?.failures ?? 0) + 1;
    const waitMs = Math.round(backoff(failures, { firstMs: this.#firstMs, lastMs: LONGEST_PAUSE_MS, jitter: 0 }));
    this.#paused.set(name, { failures, untilTs: this.#clock.now() + waitMs });
  }

  /** It succeeded. */
  end(name: string): void {
    this.#paused.delete(name);
  }
}
