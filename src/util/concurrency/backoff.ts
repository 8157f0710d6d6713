/** How long to wait after consecutive failures. */
export interface Backoff {
  /** The wait after the first failure; each further one doubles it. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The random part of a wait, 0 to 1. */
  readonly jitter: number;
}

/** The wait after this many failures in a row, 1 or more. */
export function backoff(failures: number, { firstMs, lastMs, jitter }: Backoff): number {
  return spread(Math.min(firstMs * 2 ** (failures - 1), lastMs), jitter);
}

/** Shortens a wait at random, by at most the part `jitter`, so that not everything comes back at once. */
export function spread(fullMs: number, jitter: number): number {
  return fullMs * (1 - jitter * Math.random());
}
