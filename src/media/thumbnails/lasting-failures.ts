import { matrixError, type MatrixError } from "../../errors.ts";
import type { PictureFacts } from "./thumbnail-rows.ts";
import type { ThumbnailFailure, ThumbnailFailureCode } from "./thumbnailer.ts";

/** What a failure depends on. */
export interface FailureConditions {
  /** `Thumbnailer.decoder`. */
  readonly decoder: string;
  /** `max_image_pixels`. */
  readonly maxPixels: number;
}

/** They depend on what else the child has decoded: the picture is tried again after this long. */
const TEMPORARY: ReadonlySet<ThumbnailFailureCode> = new Set(["TIMEOUT", "MEMORY", "CRASHED"]);
/** They say nothing of the picture. */
const SAYS_NOTHING: ReadonlySet<ThumbnailFailureCode> = new Set(["DISTURBED", "BUSY", "UNAVAILABLE"]);
const TEMPORARY_MS = 24 * 60 * 60 * 1000;

/** What is to be remembered of a failure; undefined where it says nothing of the picture. */
export function lastingFailure(
  { code }: ThumbnailFailure,
  conditions: FailureConditions,
  lookedTs: number,
): PictureFacts | undefined {
  if (!isRemembered(code)) return undefined;
  return { picture: undefined, failure: code, decoder: decoderOf(code, conditions), lookedTs };
}

/** Whether a failure says something of the picture. */
export function isRemembered(code: ThumbnailFailureCode): boolean {
  return !SAYS_NOTHING.has(code);
}

/** Whether a failure is one that another attempt soon may not have. */
export function isTemporary(code: ThumbnailFailureCode): boolean {
  return TEMPORARY.has(code);
}

/** The failure that still holds: another decoder, or another `max_image_pixels`, makes another attempt worthwhile. */
export function findFailure(
  facts: PictureFacts | undefined,
  conditions: FailureConditions,
  nowTs: number,
): ThumbnailFailureCode | undefined {
  const code = facts?.failure;
  if (facts === undefined || code === undefined || facts.decoder !== decoderOf(code, conditions)) return undefined;
  return TEMPORARY.has(code) && nowTs - facts.lookedTs >= TEMPORARY_MS ? undefined : code;
}

/** What a client gets that asked for a thumbnail of a picture that has none. */
export function failureError(code: ThumbnailFailureCode, cause?: unknown): MatrixError {
  if (!isRemembered(code)) return matrixError("THUMBNAILS_BUSY", { cause });
  return matrixError(code === "TOO_LARGE" ? "PICTURE_TOO_LARGE" : "NOT_THUMBNAILABLE", { cause });
}

function decoderOf(code: ThumbnailFailureCode, { decoder, maxPixels }: FailureConditions): string {
  return code === "TOO_LARGE" ? `${decoder}, ${maxPixels} pixels` : decoder;
}
