import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "../util/clock.ts";

interface Call {
  readonly dueMs: number;
  readonly call: () => void;
}

/**
 * A clock that moves only when a test says so. A service or a module that was started with it counts periods of limits
 * by it, lets media ids expire by it, and makes its timers and the deadlines of TypeScript callbacks wait for it.
 *
 * @example const clock = new TestClock(); const service = await startTestService({ clock, modules }); await
 * clock.advance(24 * 60 * 60 * 1000);
 */
export class TestClock implements Clock {
  #nowMs: number;
  readonly #calls = new Set<Call>();

  /** `startMs` in milliseconds of the epoch. */
  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  /** Milliseconds of the epoch. */
  readonly now = (): number => this.#nowMs;

  /** Calls once the clock was moved by `delayMs`. Returns a function that cancels the call. */
  readonly after = (delayMs: number, call: () => void): (() => void) => {
    const entry = { dueMs: this.#nowMs + Math.max(0, delayMs), call };
    this.#calls.add(entry);
    return () => void this.#calls.delete(entry);
  };

  /** How many calls wait. */
  get waiting(): number {
    return this.#calls.size;
  }

  /**
   * Moves the clock on, and makes the calls that become due in their order. Resolves once what they do at once is done.
   */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (let next = this.#nextUntil(untilMs); next !== undefined; next = this.#nextUntil(untilMs)) {
      this.#calls.delete(next);
      this.#nowMs = next.dueMs;
      next.call();
      // What the call has caused may make calls of its own.
      await turn();
    }
    this.#nowMs = untilMs;
    await turn();
  }

  #nextUntil(untilMs: number): Call | undefined {
    let first: Call | undefined;
    for (const entry of this.#calls) {
      if (entry.dueMs <= untilMs && (first === undefined || entry.dueMs < first.dueMs)) first = entry;
    }
    return first;
  }
}
