import { setImmediate } from "node:timers/promises";
import type { Scheduler } from "fast-check";
import { matrixError } from "../../src/errors.ts";

const never = new Promise<never>(() => undefined);

/** The steps of one process, each of which waits for its turn. */
export class Turns {
  readonly #scheduler: Scheduler;
  /** Steps that are being made. */
  #making = 0;
  #isOver = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** A step whose start and whose answer have turns of their own: others may come before, in between and after. */
  async step<T>(name: string, fails: string | undefined, make: () => Promise<T>): Promise<T> {
    await this.wait(name);
    if (fails === name) throw matrixError("STORE_FAILED", { cause: new Error(`${name} fails`) });
    this.#making += 1;
    const made = await make().finally(() => (this.#making -= 1));
    await this.wait(`${name} is answered`);
    return made;
  }

  /** Resolves when it is the caller's turn: never, once the process has ended. */
  async wait(name: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), name);
    if (this.#isOver) await never;
  }

  /** Gives one waiting step the turn, and resolves when all wait again. */
  async next(): Promise<void> {
    await this.#scheduler.waitNext(1);
    await this.settled();
  }

  /** Resolves when all steps wait. */
  async settled(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet = this.#making > 0 ? 0 : quiet + 1) await setImmediate();
  }

  /** Whether no step waits. */
  areOver(): boolean {
    return this.#scheduler.count() === 0;
  }

  /** From now on no turn comes. */
  end(): void {
    this.#isOver = true;
  }
}
