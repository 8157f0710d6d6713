/** Figures of turns that two sides took by pairs. */

/** What of many figures is printed. */
export interface Spread {
  readonly median: number;
  /** Between which their median lies with 95 %, whatever their distribution. */
  readonly certain: string;
  /** The middle half of the figures. */
  readonly middle: string;
}

/**
 * Pairs of turns; the side that begins changes, so that a machine that becomes slower favours neither. Resolves to the
 * turns of both sides, pair by pair.
 */
export async function takePairs<T>(
  pairs: number,
  ours: () => Promise<T>,
  theirs: () => Promise<T>,
): Promise<{ readonly ours: T; readonly theirs: T }[]> {
  const turns: { ours: T; theirs: T }[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) {
      const first = await ours();
      turns.push({ ours: first, theirs: await theirs() });
    } else {
      const first = await theirs();
      turns.push({ ours: await ours(), theirs: first });
    }
  }
  return turns;
}

export function spreadOf(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((one, other) => one - other);
  const count = sorted.length;
  return {
    median: median(sorted),
    certain: range(sorted, ranksOfMedian(count)),
    middle: range(sorted, [Math.floor(count / 4), Math.ceil((count * 3) / 4) - 1]),
  };
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}

function ranksOfMedian(count: number): [number, number] {
  const reach = 1.96 * Math.sqrt(count / 4);
  return [Math.max(0, Math.floor(count / 2 - reach)), Math.min(count - 1, Math.ceil(count / 2 + reach))];
}

function range(sorted: readonly number[], ranks: readonly number[]): string {
  return ranks.map((rank) => (sorted[rank] ?? 0).toFixed(3)).join(" … ");
}
