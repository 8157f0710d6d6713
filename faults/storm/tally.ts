/** What is counted: answers of the service, and bytes of bodies on their way to it. */
export type Counted = "answers" | "bytes";

/** Counts events, so that something else can be triggered after a number of them. */
export class Tally {
  readonly #counts: Record<Counted, number> = { answers: 0, bytes: 0 };
  #waiting: { readonly what: Counted; readonly at: number; readonly wake: () => void }[] = [];

  add(what: Counted, count: number): void {
    this.#counts[what] += count;
    const isDue = (wait: { what: Counted; at: number }) => this.#counts[wait.what] >= wait.at;
    const due = this.#waiting.filter(isDue);
    this.#waiting = this.#waiting.filter((wait) => !isDue(wait));
    for (const { wake } of due) wake();
  }

  /** Resolves once this many more have been counted. */
  after(what: Counted, count: number): Promise<void> {
    return new Promise((wake) => this.#waiting.push({ what, at: this.#counts[what] + count, wake }));
  }
}
