import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation at its present size from now on, which is 2 MB before any code has run. What a start
 * loads stays in memory, and V8 would make room of tens of megabytes to copy it. V8 reads its limit before any code
 * runs, but reads the growth factor of the generation each time that it grows.
 */
export function holdYoungGeneration(): void {
  setGrowthFactor(1);
}

/**
 * Lets it grow as V8 sees fit. To hold it down while requests are served costs more than it saves: a limit that is
 * watched by observing collections made small requests over 32 connections a third to two thirds dearer.
 */
export function letYoungGenerationGrow(): void {
  setGrowthFactor(2);
}

function setGrowthFactor(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
