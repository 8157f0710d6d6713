const BYTE_UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** A size, in the largest unit of which there is one. */
export function formatSize(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), BYTE_UNITS.length - 1);
  const value = bytes / 1024 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)} ${BYTE_UNITS[power] ?? ""}`;
}

/** A short time, from microseconds. */
export function formatMicros(micros: number): string {
  if (micros >= 9_999_500) return `${Math.round(micros / 1e6)} s`;
  if (micros >= 999_500) return `${(micros / 1e6).toFixed(1)} s`;
  if (micros >= 9_950) return `${Math.round(micros / 1000)} ms`;
  return micros >= 1_000 ? `${(micros / 1000).toFixed(1)} ms` : `${micros} µs`;
}

/** A long time, in its two largest units. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count], index) => count > 0 || index === parts.length - 1);
  return parts
    .slice(first, first + 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

/** A number with separators between its thousands. */
export function formatCount(count: number): string {
  return count.toLocaleString("en");
}
