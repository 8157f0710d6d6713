import { ModuleDatabaseError } from "../../module-api/module-database.ts";

/** The time limit of one transaction. */
export class Deadline {
  readonly #endsAtMs: number;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #over: Promise<never>;

  /** @param limitMs From now. */
  constructor(name: string, limitMs: number) {
    this.#endsAtMs = performance.now() + limitMs;
    const message = `The transaction ${name} took longer than ${limitMs} ms and was rolled back`;
    let timer: NodeJS.Timeout | undefined;
    this.#over = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new ModuleDatabaseError("DEADLINE", message)), limitMs);
    });
    this.#over.catch(() => undefined);
    this.#timer = timer;
  }

  /** Milliseconds, at least 1. */
  get remainingMs(): number {
    return Math.max(1, Math.ceil(this.#endsAtMs - performance.now()));
  }

  get isOver(): boolean {
    return performance.now() >= this.#endsAtMs;
  }

  /** The outcome of `work`, or the error of this deadline, whichever is first. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#over]);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
