import type { Config, ConfiguredUploadLimit } from "../../config/config.ts";

/** How the service relates to a Synapse, and the limits of uploads, one line each. */
export function describeSettings({
  mediaBridge: { upstream },
  maxUploadSizeBytes,
  mediaUploadLimits,
}: Config): string[] {
  return [
    `mode:         ${describeMode(upstream?.mode)}`,
    ...(upstream === undefined ? [] : [`upstream:     ${upstream.url}`]),
    `largest:      ${maxUploadSizeBytes} bytes an upload (max_upload_size)`,
    ...(mediaUploadLimits.length === 0
      ? ["limits:       none by the configuration (media_upload_limits); modules may set some for each user"]
      : mediaUploadLimits.map((limit) => `limit:        ${describeLimit(limit)}`)),
  ];
}

function describeMode(mode: "guard" | "fallback" | undefined): string {
  if (mode === "guard") return "guard: this service decides over uploads, and the Synapse of upstream keeps the media";
  if (mode === "fallback")
    return "repository with fallback: this service keeps media, and asks upstream for what it does not have";
  return "repository: this service keeps the media";
}

function describeLimit({ maxBytes, timePeriodMs }: ConfiguredUploadLimit): string {
  return `${maxBytes} bytes within ${describePeriod(timePeriodMs)} (media_upload_limits)`;
}

const UNITS = [
  [86_400_000, "days"],
  [3_600_000, "hours"],
  [60_000, "minutes"],
  [1_000, "seconds"],
] as const;

function describePeriod(periodMs: number): string {
  const [unitMs, name] = UNITS.find(([candidate]) => periodMs % candidate === 0) ?? [1, "milliseconds"];
  const count = periodMs / unitMs;
  return `${count} ${count === 1 ? name.slice(0, -1) : name}`;
}
