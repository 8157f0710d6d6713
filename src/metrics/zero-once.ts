import type { Histogram } from "prom-client";

/**
 * Gives a histogram its samples at 0, once for the same labels: a reload announces again what has already been
 * observed.
 */
export function zeroOnce<Label extends string>(histogram: Histogram<Label>): (labels: Record<Label, string>) => void {
  const known = new Set<string>();
  return (labels) => {
    const key = JSON.stringify(labels);
    if (known.has(key)) return;
    known.add(key);
    histogram.zero(labels);
  };
}
