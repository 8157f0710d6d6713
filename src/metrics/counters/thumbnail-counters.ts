import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { type Metrics, THUMBNAIL_OUTCOMES } from "../metrics.ts";

/** What is counted about thumbnails. */
export function countThumbnails(registers: Registry[]): Pick<Metrics, "thumbnailsMade" | "watchThumbnails"> {
  const pictures = new Counter({
    name: "media_bridge_thumbnail_jobs_total",
    help: "Pictures of which thumbnails were to be made, by what came of it",
    labelNames: ["outcome"] as const,
    registers,
  });
  for (const outcome of THUMBNAIL_OUTCOMES) pictures.inc({ outcome: outcome.toLowerCase() }, 0);
  const durations = new Histogram({
    name: "media_bridge_thumbnail_duration_seconds",
    help: "Time until the thumbnails of a picture were made, with the wait for a child",
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers,
  });
  let read: (() => number) | undefined;
  const underWay: Gauge = new Gauge({
    name: "media_bridge_thumbnail_jobs",
    help: "Pictures of which thumbnails are being made, or that wait for it",
    registers,
    collect: () => underWay.set(read?.() ?? 0),
  });
  return {
    thumbnailsMade(outcome, seconds) {
      pictures.inc({ outcome: outcome.toLowerCase() });
      durations.observe(seconds);
    },
    watchThumbnails(source) {
      read = source;
    },
  };
}
