import type { ThumbnailFailureCode } from "../thumbnails/thumbnailer.ts";

/** What depends on the moment: time, memory, a child that ended. Every other failure holds for the decoder's version. */
const PASSING: ReadonlySet<string> = new Set<ThumbnailFailureCode>(["TIMEOUT", "MEMORY", "CRASHED", "BUSY"]);

/** Whether a picture that failed for this reason may be decoded another time. */
export function isPassing(failure: string): boolean {
  return PASSING.has(failure);
}
