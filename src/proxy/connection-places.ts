import { matrixError } from "../errors.ts";
import { FairQueue } from "../util/concurrency/fair-queue.ts";
import type { Waiter } from "./target.ts";

/** The purpose of a connection to Synapse. */
export type Purpose = "upload" | "other";

/** The load at this moment. */
export interface PlacesLoad {
  /** Requests that have a place. */
  readonly underWay: number;
  /** Requests that wait for one. */
  readonly waiting: number;
}

/** Call it once the request that a place was taken for is over. */
export type Release = () => void;

/** Gives a place to a request that waits. */
type Grant = () => void;

/**
 * Limits how many requests are sent to Synapse at a time. Half of the places are reserved for uploads: other requests,
 * which anyone may make, take at most the other half. Requests that wait for a place take turns by requester, and
 * uploads take turns with the others.
 */
export class Places {
  readonly #most: Readonly<Record<Purpose, number>>;
  readonly #waitMs: number;
  readonly #taken = { upload: 0, other: 0 };
  readonly #waiting = { upload: new FairQueue<Grant>(), other: new FairQueue<Grant>() };
  /** Which kind goes first where both may. */
  #next: Purpose = "upload";

  /** @param waitMs how long a request waits for a place before it is refused */
  constructor(max: number, waitMs: number) {
    this.#most = { upload: max, other: Math.max(1, Math.floor(max / 2)) };
    this.#waitMs = waitMs;
  }

  /** The load at this moment. */
  get load(): PlacesLoad {
    return {
      underWay: this.#taken.upload + this.#taken.other,
      waiting: this.#waiting.upload.size + this.#waiting.other.size,
    };
  }

  /**
   * Resolves once a place is free, for one requester in the order of asking. Rejects with `UPSTREAM_BUSY` where none
   * becomes free in time, and with `UPLOAD_INCOMPLETE` where the client leaves first.
   */
  async take(purpose: Purpose, waiter: Waiter = {}): Promise<Release> {
    if (waiter.leaving?.aborted) throw matrixError("UPLOAD_INCOMPLETE");
    if (this.#waiting[purpose].size > 0 || !this.#isFree(purpose)) await this.#wait(purpose, waiter);
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

  #wait(purpose: Purpose, { leaving, asker = "" }: Waiter): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        leaving?.removeEventListener("abort", leave);
        this.#waiting[purpose].remove(asker, grant);
      };
      const leave = () => {
        end();
        reject(matrixError("UPLOAD_INCOMPLETE"));
      };
      const timer = setTimeout(() => {
        end();
        reject(matrixError("UPSTREAM_BUSY"));
      }, this.#waitMs);
      const grant = () => {
        end();
        this.#taken[purpose] += 1;
        resolve();
      };
      leaving?.addEventListener("abort", leave);
      this.#waiting[purpose].push(asker, grant, false);
    });
  }

  /** Gives the place that has become free to the next request that may have it. */
  #grantNext(): void {
    const purposes: readonly Purpose[] = this.#next === "upload" ? ["upload", "other"] : ["other", "upload"];
    const purpose = purposes.find((each) => this.#waiting[each].size > 0 && this.#isFree(each));
    if (purpose === undefined) return;
    this.#next = purpose === "upload" ? "other" : "upload";
    this.#waiting[purpose].shift()?.();
  }
}
