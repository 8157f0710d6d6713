import { within } from "./with-timeout.ts";

/** Work that continues although no caller waits for it, such as an upload whose client has left. */
export class RunningTasks {
  readonly #tasks = new Set<Promise<unknown>>();

  /** Hands the promise back, and remembers it until it has settled. */
  track<T>(task: Promise<T>): Promise<T> {
    this.#tasks.add(task);
    const forget = () => void this.#tasks.delete(task);
    task.then(forget, forget);
    return task;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** Resolves once nothing is left, what is begun meanwhile included. */
  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.allSettled(this.#tasks);
  }

  /** Resolves when everything has settled, failed or not, at the latest after `graceMs`. */
  async settled(graceMs: number): Promise<void> {
    await within(Promise.allSettled(this.#tasks), graceMs);
  }
}
