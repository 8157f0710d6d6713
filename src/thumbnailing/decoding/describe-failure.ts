import { ThumbnailFailure, type ThumbnailFailureCode } from "../../media/thumbnails/thumbnailer.ts";

/** What libvips and Node.js say, which have no codes of their own. */
const WORDS: readonly (readonly [RegExp, ThumbnailFailureCode, string])[] = [
  [/timeout/i, "TIMEOUT", "the picture takes too long to decode"],
  [/memory|allocat|bad_alloc/i, "MEMORY", "the picture takes too much memory to decode"],
  [/pixel limit|dimension limit/i, "TOO_LARGE", "the picture has too many pixels"],
  [/unsupported image format/i, "UNSUPPORTED", "no thumbnails are made of the format of this file"],
];

/** A job's failure in the words of the interface. What it was made of is its cause. */
export function failureOf(error: unknown): ThumbnailFailure {
  if (error instanceof ThumbnailFailure) return error;
  if (isSystemError(error)) {
    return new ThumbnailFailure("DISTURBED", `a file cannot be read or written (${error.code})`, { cause: error });
  }
  const said = error instanceof Error ? error.message : String(error);
  const [, code, message] = WORDS.find(([pattern]) => pattern.test(said)) ?? [];
  return new ThumbnailFailure(code ?? "BROKEN", message ?? "the picture cannot be decoded", { cause: error });
}

/** Whether the disk or the system failed: such errors of Node.js name the call. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error && "code" in error;
}
