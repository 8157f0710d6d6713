import type { CallReport } from "../call-report.ts";
import type { Giver } from "./user-report.ts";

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

/** The callback that decided a chain; null where none did. */
export function giverOf({ slots, decidedBy }: CallReport): Giver | null {
  const slot = decidedBy === null ? undefined : slots[decidedBy - 1];
  return slot === undefined ? null : { module: slot.module, language: slot.language, callback: slot.callback };
}

/** A callback for people. */
export function describeGiver({ module, language, callback }: Giver): string {
  return `${callback} of ${module} (${language})`;
}

/** Who refused, and what the client is answered. */
export function describeRefusal(report: CallReport): string {
  const giver = giverOf(report);
  const { status, body } = report.http;
  return `${giver === null ? "the service" : describeGiver(giver)}: ${status} ${body}`;
}
