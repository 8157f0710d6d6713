import { mediaPath, type StoredMedia } from "../../media-file.ts";

/**
 * The files that storage providers are being given now. It outlives a reload: a provider must not be asked to delete a
 * file that it gets at the same time, whichever generation gives it.
 */
export class StoresUnderWay {
  readonly #underWay = new Map<string, Set<Promise<unknown>>>();

  /** Runs what gives a file to a provider. */
  async track<T>(provider: string, file: StoredMedia, store: () => Promise<T>): Promise<T> {
    const key = keyOf(provider, file);
    const running = store();
    const others = this.#underWay.get(key) ?? new Set<Promise<unknown>>();
    this.#underWay.set(key, others.add(running));
    try {
      return await running;
    } finally {
      others.delete(running);
      if (others.size === 0) this.#underWay.delete(key);
    }
  }

  /** Resolves once the provider is not being given the file. */
  async settled(provider: string, file: StoredMedia): Promise<void> {
    const key = keyOf(provider, file);
    for (;;) {
      const running = this.#underWay.get(key);
      if (running === undefined) return;
      await Promise.allSettled(running);
    }
  }
}

function keyOf(provider: string, file: StoredMedia): string {
  return `${provider}\n${mediaPath(file)}`;
}
