import { isPictureType } from "../../media/thumbnails/picture-types.ts";
import { type Picture, ThumbnailFailure } from "../../media/thumbnails/thumbnailer.ts";
import { type Metadata, readMetadata } from "./open-picture.ts";

/** What a file's header says of the picture in it. */
export interface PictureFacts extends Picture {
  readonly format: PictureFormat;
  /** Whether it says how much of it can be seen through: most pictures that do are opaque. */
  readonly hasAlpha: boolean;
}

/** The formats that are decoded, by what is in the file. */
export type PictureFormat = "jpeg" | "png" | "gif" | "webp" | "avif" | "tiff";

const ANIMATED_FORMATS = new Set<PictureFormat>(["gif", "webp"]);
/** Decoding and encoding more takes longer than a client waits. */
const MAX_FRAMES = 300;
/** AVIF takes far more memory a pixel than the others: 16 megapixels take as much as the child may have. */
const MAX_AVIF_PIXELS = 16_000_000;

/**
 * Reads a picture's header. Rejects with a {@link ThumbnailFailure} where no thumbnails are made of its format, and
 * where it has `maxPixels` or more.
 */
export async function readPictureFacts(
  path: string,
  { mediaType, maxPixels }: { readonly mediaType: string; readonly maxPixels: number },
): Promise<PictureFacts> {
  if (!isPictureType(mediaType)) throw unsupported("no thumbnails are made of the type that was declared");
  const metadata = await readMetadata(path);
  const format = formatOf(metadata);
  if (format === undefined) throw unsupported("no thumbnails are made of the format of this file");
  const { width, height } = metadata.autoOrient;
  const pixels = width * height;
  if (pixels >= maxPixels || (format === "avif" && pixels > MAX_AVIF_PIXELS)) {
    throw new ThumbnailFailure("TOO_LARGE", `the picture has ${width} × ${height} pixels, which is too much`);
  }
  return { width, height, frames: countFrames(metadata, format, maxPixels), format, hasAlpha: metadata.hasAlpha };
}

function formatOf({ format, compression }: Metadata): PictureFormat | undefined {
  // HEIC and AVIF are one container; what is in HEIC cannot be decoded.
  if (format === "heif") return compression === "av1" ? "avif" : undefined;
  return format === "jpeg" || format === "png" || format === "gif" || format === "webp" || format === "tiff"
    ? format
    : undefined;
}

/** A turned animation is shown as its first frame, because libvips cannot turn the others. */
function countFrames(metadata: Metadata, format: PictureFormat, maxPixels: number): number {
  const { pages = 1, orientation = 1 } = metadata;
  const { width, height } = metadata.autoOrient;
  const isShown = ANIMATED_FORMATS.has(format) && pages <= MAX_FRAMES && pages * width * height < maxPixels;
  return isShown && orientation <= 1 ? pages : 1;
}

function unsupported(message: string): ThumbnailFailure {
  return new ThumbnailFailure("UNSUPPORTED", message);
}
