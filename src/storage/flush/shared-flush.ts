/** A flush to disk that callers share: all callers that ask while one runs wait together for the next one. */
export class SharedFlush {
  readonly #flush: () => Promise<void>;
  #running: Promise<void> | undefined;
  /** The flush that begins when the running one has ended. */
  #next: Promise<void> | undefined;

  /** @param flush brings to disk what has been written before it is called */
  constructor(flush: () => Promise<void>) {
    this.#flush = flush;
  }

  /** Resolves when everything that was written before this call is on disk; rejects with the failure of that flush. */
  run(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#start();
    this.#next = this.ended().then(() => {
      this.#next = undefined;
      return this.#start();
    });
    return this.#next;
  }

  /** Resolves when the running flush has ended, failed or not. */
  async ended(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  #start(): Promise<void> {
    this.#running = this.#flush().finally(() => (this.#running = undefined));
    return this.#running;
  }
}
