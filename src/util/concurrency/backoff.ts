/** How long to wait after failures in a row. */
export interface Backoff {
  /** The wait after the first failure; each further one doubles it. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The part of a wait that is left to chance, 0 to 1. */
  readonly jitter: number;
}

/** The wait after so many failures in a row, 1 or more. */
export function backoff(failures: number, { firstMs, lastMs, jitter }: Backoff): number {
  return spread(Math.min(firstMs * 2 ** (failures - 1), lastMs), jitter);
}

/** A wait that is shorter by chance, by no more than the part `jitter`, so that not everything comes back at once. */
export function spread(fullMs: number, jitter: number): number {
  return fullMs * (1 - jitter * Math.random());
}
