import type { OnAbort, UploadWait, UploadWaiters } from "../media/download/upload-waiters.ts";

/** Downloads that wait for uploads to this process. */
export class InProcessUploadWaiters implements UploadWaiters {
  readonly #waiting = new Map<string, Set<PromiseWithResolvers<void>>>();
  #closed = false;

  begin(mediaId: string): UploadWait {
    const woken = Promise.withResolvers<void>();
    if (this.#closed) woken.resolve();
    const all = this.#waiting.get(mediaId) ?? new Set();
    this.#waiting.set(mediaId, all.add(woken));
    return {
      until: (timeoutMs, whenGone) => waitFor(woken, timeoutMs, whenGone),
      end: () => {
        all.delete(woken);
        if (all.size === 0) this.#waiting.delete(mediaId);
      },
    };
  }

  wake(mediaId: string): void {
    for (const { resolve } of this.#waiting.get(mediaId) ?? []) resolve();
  }

  close(): void {
    this.#closed = true;
    for (const mediaId of this.#waiting.keys()) this.wake(mediaId);
  }

  /** The number of ids for which downloads wait. */
  get size(): number {
    return this.#waiting.size;
  }
}

async function waitFor(woken: PromiseWithResolvers<void>, timeoutMs: number, whenGone: OnAbort): Promise<void> {
  const { promise, resolve } = woken;
  const deadline = setTimeout(resolve, timeoutMs);
  const stopListening = whenGone(resolve);
  await promise;
  clearTimeout(deadline);
  stopListening();
}
