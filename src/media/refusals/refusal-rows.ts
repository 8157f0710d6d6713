import type { Refusal } from "./refusal.ts";

/** How long refusals are kept, and how many. */
export interface RefusalBounds {
  readonly keepForMs: number;
  readonly maxRows: number;
}

/** Where refusals are kept. Implementations: `storage/sqlite`. */
export interface RefusalRows {
  /** Resolves once they are committed, together with whatever else is written. */
  add(refusals: readonly Refusal[]): Promise<void>;
  /**
   * Removes some of those that are older than `beforeTs`, or more than `maxRows`. Resolves to how many; 0 once none is
   * left.
   */
  prune(beforeTs: number, maxRows: number): Promise<number>;
  /** The last ones of all users, newest first: for a display of how the service is doing. */
  last(count: number): Promise<readonly Refusal[]>;
}
