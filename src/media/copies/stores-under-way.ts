import { mediaPath, type StoredMedia } from "../../media-file.ts";
import type { GivenUp } from "./provider.ts";

/**
 * The files that storage providers are being given now. It outlives a reload: a provider must not be asked to delete a
 * file that it gets at the same time, whichever generation gives it.
 */
export class StoresUnderWay {
  readonly #underWay = new Map<string, Set<Promise<unknown>>>();
  /** Those that were given up, and may still make their copy. */
  readonly #late = new Map<string, Set<Promise<unknown>>>();

  /** Runs what gives a file to a provider. */
  async track<T>(provider: string, file: StoredMedia, store: (givenUp: GivenUp) => Promise<T>): Promise<T> {
    const key = keyOf(provider, file);
    const running = store((ended) => add(this.#late, key, ended));
    add(this.#underWay, key, running);
    return running;
  }

  /** Whether a provider that was given up may still make its copy of the file. */
  mayComeLate(provider: string, file: StoredMedia): boolean {
    return this.#late.has(keyOf(provider, file));
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

/** Keeps a promise until it is settled. */
function add(kept: Map<string, Set<Promise<unknown>>>, key: string, running: Promise<unknown>): void {
  const all = kept.get(key) ?? new Set<Promise<unknown>>();
  kept.set(key, all.add(running));
  const remove = () => {
    all.delete(running);
    if (all.size === 0) kept.delete(key);
  };
  void running.then(remove, remove);
}

function keyOf(provider: string, file: StoredMedia): string {
  return `${provider}\n${mediaPath(file)}`;
}
