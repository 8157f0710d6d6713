const BYTE_UNITS = [
  ["TiB", 2 ** 40],
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 2 ** 10],
] as const;

const PERIOD_UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/** Bytes for people: `20,971,520 bytes (20 MiB)`. */
export function formatBytes(bytes: number): string {
  const exact = `${bytes.toLocaleString("en")} bytes`;
  const [unit, size] = BYTE_UNITS.find(([, unitBytes]) => Math.abs(bytes) >= unitBytes) ?? [];
  return size === undefined ? exact : `${exact} (${Math.round((bytes / size) * 10) / 10} ${unit})`;
}

/** A period for people, in the largest unit that says it exactly: `7 days`. */
export function formatPeriod(periodMs: number): string {
  const [unit, size] = PERIOD_UNITS.find(([, unitMs]) => periodMs >= unitMs && periodMs % unitMs === 0) ?? [];
  if (size === undefined) return `${periodMs.toLocaleString("en")} ms`;
  return periodMs === size ? `1 ${unit}` : `${(periodMs / size).toLocaleString("en")} ${unit}s`;
}
