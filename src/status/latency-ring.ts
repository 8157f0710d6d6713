/** How many of the last calls are looked at. */
const SIZE = 512;

/** Percentiles of the last calls, in microseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** How long the last 512 calls took. */
export class LatencyRing {
  readonly #micros = new Uint32Array(SIZE);
  #added = 0;

  /** A call took so many microseconds. */
  add(micros: number): void {
    this.#micros[this.#added % SIZE] = micros;
    this.#added += 1;
  }

  /** By nearest rank; undefined where nothing was called yet. */
  percentiles(): Latencies | undefined {
    const sorted = this.#micros.subarray(0, Math.min(this.#added, SIZE)).toSorted();
    if (sorted.length === 0) return undefined;
    const rank = (percent: number) => sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
    return { p50: rank(50), p95: rank(95), p99: rank(99) };
  }

  /** The last ones, oldest first, in microseconds. */
  last(count: number): number[] {
    const kept = Math.min(count, this.#added, SIZE);
    return Array.from({ length: kept }, (_, index) => this.#micros[(this.#added - kept + index) % SIZE] ?? 0);
  }
}
