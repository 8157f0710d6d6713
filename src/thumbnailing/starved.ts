import { ThumbnailFailure } from "../media/thumbnails/thumbnailer.ts";

/** Whether a decoder that ran out of time had so little of the processor that this may not be the picture's fault. */
export function isTooLittle(cpuMs: number, passedMs: number): boolean {
  return cpuMs < passedMs / 2;
}

/** The failure of a job then. */
export function starved(cause: unknown): ThumbnailFailure {
  return new ThumbnailFailure("DISTURBED", "the decoder had too little of the processor", { cause });
}
