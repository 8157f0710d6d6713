/** Tells that whoever waits has gone; answers how to stop listening. */
export type OnAbort = (gone: () => void) => () => void;

/** Those who wait for uploads to media ids that were created already. They are woken; nobody looks again and again. */
export class UploadWaiters {
  readonly #waiting = new Map<string, Set<PromiseWithResolvers<void>>>();
  #closed = false;

  /**
   * Begins to listen for the upload to an id. Look at the row after this call and before {@link UploadWait.until}: what is
   * committed in between is not missed. End the wait in every case.
   */
  begin(mediaId: string): UploadWait {
    const woken = Promise.withResolvers<void>();
    if (this.#closed) woken.resolve();
    const all = this.#waiting.get(mediaId) ?? new Set();
    this.#waiting.set(mediaId, all.add(woken));
    return new UploadWait(woken, () => {
      all.delete(woken);
      if (all.size === 0) this.#waiting.delete(mediaId);
    });
  }

  /** The upload to an id is committed: all who wait for it go on. */
  wake(mediaId: string): void {
    for (const { resolve } of this.#waiting.get(mediaId) ?? []) resolve();
  }

  /** Wakes everybody; from here on nobody waits. */
  close(): void {
    this.#closed = true;
    for (const mediaId of this.#waiting.keys()) this.wake(mediaId);
  }

  /** For how many ids somebody waits. */
  get size(): number {
    return this.#waiting.size;
  }
}

/** One who waits. */
export class UploadWait {
  readonly #woken: PromiseWithResolvers<void>;
  /** Forgets the wait. */
  readonly end: () => void;

  constructor(woken: PromiseWithResolvers<void>, end: () => void) {
    this.#woken = woken;
    this.end = end;
  }

  /** Resolves when the upload is committed, nobody waits any more, or so many milliseconds are over. */
  async until(timeoutMs: number, whenGone: OnAbort): Promise<void> {
    const { promise, resolve } = this.#woken;
    const deadline = setTimeout(resolve, timeoutMs);
    const stopListening = whenGone(resolve);
    await promise;
    clearTimeout(deadline);
    stopListening();
  }
}
