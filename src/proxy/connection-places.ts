import { matrixError } from "../errors.ts";

/** What a connection to Synapse is wanted for. */
export type Purpose = "upload" | "other";

/** Told once the request that a place was taken for is over. */
export type Release = () => void;

interface Waiting {
  readonly turn: number;
  readonly grant: () => void;
}

/**
 * Bounds how many requests are sent to Synapse at a time. Half of the places are kept for uploads: what is only handed on, which anyone
 * may ask for, takes no more than the other half.
 */
export class Places {
  readonly #most: Readonly<Record<Purpose, number>>;
  readonly #waitMs: number;
  readonly #taken = { upload: 0, other: 0 };
  readonly #waiting = { upload: new Set<Waiting>(), other: new Set<Waiting>() };
  #lastTurn = 0;

  /** @param waitMs how long a request waits for a place before it is refused */
  constructor(max: number, waitMs: number) {
    this.#most = { upload: max, other: Math.max(1, Math.floor(max / 2)) };
    this.#waitMs = waitMs;
  }

  /**
   * Resolves once a place is free, in the order of asking. Rejects with `UPSTREAM_BUSY` where none becomes free in time, and with
   * `UPLOAD_INCOMPLETE` where the client leaves meanwhile, which `signal` tells.
   */
  async take(purpose: Purpose, signal?: AbortSignal): Promise<Release> {
    if (signal?.aborted) throw matrixError("UPLOAD_INCOMPLETE");
    if (this.#waiting[purpose].size > 0 || !this.#isFree(purpose)) await this.#wait(purpose, signal);
    else this.#taken[purpose] += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#taken[purpose] -= 1;
      this.#grantNext();
    };
  }

  #isFree(purpose: Purpose): boolean {
    return this.#taken.upload + this.#taken.other < this.#most.upload && this.#taken[purpose] < this.#most[purpose];
  }

  #wait(purpose: Purpose, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", leave);
        this.#waiting[purpose].delete(waiting);
      };
      const leave = () => {
        end();
        reject(matrixError("UPLOAD_INCOMPLETE"));
      };
      const timer = setTimeout(() => {
        end();
        reject(matrixError("UPSTREAM_BUSY"));
      }, this.#waitMs);
      const waiting: Waiting = {
        turn: (this.#lastTurn += 1),
        grant: () => {
          end();
          this.#taken[purpose] += 1;
          resolve();
        },
      };
      signal?.addEventListener("abort", leave);
      this.#waiting[purpose].add(waiting);
    });
  }

  /** Gives a place to the one that has waited longest, of those that may have one. */
  #grantNext(): void {
    const first = (["upload", "other"] as const)
      .filter((purpose) => this.#isFree(purpose))
      .flatMap((purpose) => firstOf(this.#waiting[purpose]))
      .toSorted((a, b) => a.turn - b.turn)[0];
    first?.grant();
  }
}

function firstOf<T>(items: Iterable<T>): T[] {
  for (const item of items) return [item];
  return [];
}
