import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/**
 * What V8's young generation may take while the service runs, in bytes: both of its halves. In a much smaller one, what belongs to
 * requests under way is taken for old, which costs more memory and time than it saves.
 */
export const MAX_YOUNG_BYTES = 8 * 1024 * 1024;

/**
 * Keeps V8's young generation as small as it is from now on, which is 2 MB where no code has run yet: what a start loads stays, and V8
 * would make tens of megabytes of room to copy it. V8 reads its limit before any code runs, but the factor by which the generation
 * grows each time that it does.
 */
export function holdYoungGeneration(): void {
  setGrowthFactor(1);
}

/**
 * Lets it grow to {@link MAX_YOUNG_BYTES}, and again after V8 has made it smaller because there was nothing to do. V8's own limit is
 * 64 MB or more. Only several collections within one turn of the event loop can grow it past ours.
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
