import { ShortLived } from "./short-lived.ts";
import { within } from "./with-timeout.ts";

/** Work that continues although no caller waits for it, such as an upload whose client has left. */
export class RunningTasks {
  readonly #tasks = new ShortLived<Promise<unknown>>();

  /** Returns the promise, and remembers it until it has settled. */
  track<T>(task: Promise<T>): Promise<T> {
    const forget = this.#tasks.add(task);
    task.then(forget, forget);
    return task;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Resolves once nothing is left, including what begins in the meantime. */
  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.allSettled(this.#tasks.list());
  }

  /** Resolves when everything has settled, failed or not, or after `graceMs`. */
  async settled(graceMs: number): Promise<void> {
    await within(Promise.allSettled(this.#tasks.list()), graceMs);
  }
}
