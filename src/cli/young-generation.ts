import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/**
 * The size that V8's young generation may have while the service runs, in bytes: both of its halves. In a much smaller
 * one, data of requests under way is treated as old, which costs more memory and time than it saves.
 */
export const MAX_YOUNG_BYTES = 8 * 1024 * 1024;

/**
 * Keeps V8's young generation at its present size from now on, which is 2 MB before any code has run. What a start
 * loads stays in memory, and V8 would make room of tens of megabytes to copy it. V8 reads its limit before any code
 * runs, but reads the growth factor of the generation each time that it grows.
 */
export function holdYoungGeneration(): void {
  setGrowthFactor(1);
}

/**
 * Lets it grow to {@link MAX_YOUNG_BYTES}, and again after V8 has made it smaller because there was nothing to do. V8's
 * own limit is 64 MB or more. Only several collections within one turn of the event loop can grow it past ours.
 */
export function letYoungGenerationGrow(): void {
  setGrowthFactor(2);
  new PerformanceObserver(() => setGrowthFactor(youngBytes() < MAX_YOUNG_BYTES ? 2 : 1)).observe({
    entryTypes: ["gc"],
  });
}

function setGrowthFactor(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === "new_space")?.space_size ?? 0;
}
