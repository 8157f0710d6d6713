/** What is made at most once in `keptMs` milliseconds, and once at a time, however many ask for it. */
export class RecentAnswer<Answer> {
  readonly #make: () => Promise<Answer>;
  readonly #keptMs: number;
  readonly #now: () => number;
  #latest: { readonly answer: Promise<Answer>; readonly sinceMs: number; isPending: boolean } | undefined;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(make: () => Promise<Answer>, keptMs: number, now: () => number = () => performance.now()) {
    this.#make = make;
    this.#keptMs = keptMs;
    this.#now = now;
  }

  /** The latest one, or a new one where that is too old. Rejects where making it did. */
  get(): Promise<Answer> {
    const latest = this.#latest;
    if (latest !== undefined && (latest.isPending || this.#now() - latest.sinceMs < this.#keptMs)) return latest.answer;
    const made = { answer: this.#make(), sinceMs: this.#now(), isPending: true };
    this.#latest = made;
    const settle = () => {
      made.isPending = false;
    };
    made.answer.then(settle, settle);
    return made.answer;
  }
}
