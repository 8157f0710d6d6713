import type { Picture, ThumbnailShape } from "../../media/thumbnails/thumbnailer.ts";
import { openPicture, openPixels, type Sharp } from "./open-picture.ts";
import type { PictureFacts } from "./picture-facts.ts";

/** Where thumbnails that do not move are made from: a picture's first frame, upright, at least as large as they are. */
export interface StillSource {
  /** Whether some of it can be seen through. */
  readonly isTransparent: boolean;
  /** Reads it again from its beginning. */
  open(): Sharp;
}

export interface StillOptions {
  readonly facts: PictureFacts;
  readonly shapes: readonly ThumbnailShape[];
  readonly maxPixels: number;
}

/** Decoded pixels take memory that a large picture's decoder needs; beyond this each thumbnail decodes it for itself. */
const MAX_BASE_PIXELS = 4_000_000;
/** What pixels that cannot be seen through are compared with, piece by piece. */
const OPAQUE = Buffer.alloc(64 * 1024, 0xff);

/** Prepares a picture for these shapes: it is decoded once for all of them, as small as they allow. */
export async function openStill(path: string, { facts, shapes, maxPixels }: StillOptions): Promise<StillSource> {
  const { width, height } = baseSize(facts, shapes);
  const openWhole = () => openPicture(path, { maxPixels }).autoOrient();
  const resized = () => resizeStill(openWhole(), { width, height, fit: "fill" }, facts);
  if (width * height > MAX_BASE_PIXELS) {
    const isTransparent = facts.hasAlpha && isAnyTransparent(await resized().extractChannel("alpha").raw().toBuffer());
    return { isTransparent, open: openWhole };
  }
  const { data, info } = await resized().raw().toBuffer({ resolveWithObject: true });
  const open = () => openPixels({ data, width: info.width, height: info.height, channels: info.channels });
  if (info.channels !== 4) return { isTransparent: false, open };
  return { isTransparent: isAnyTransparent(await open().extractChannel("alpha").raw().toBuffer()), open };
}

/**
 * Resizes a still picture. The decoder's own reduction is visibly worse, and saves 4 ms a photo; of WebP it is needed,
 * because the decoder holds the whole picture several times without it.
 */
export function resizeStill(
  image: Sharp,
  { width, height, fit }: { readonly width: number; readonly height: number; readonly fit: "cover" | "fill" },
  { format }: Pick<PictureFacts, "format">,
): Sharp {
  return image.resize(width, height, { fit, fastShrinkOnLoad: format === "webp" });
}

/**
 * The smallest size that none of the shapes has to be enlarged from. A scaled shape needs its own size; a crop needs the
 * picture at a size that covers it, so that a panorama is decoded larger for its crops.
 */
function baseSize(
  picture: Picture,
  shapes: readonly ThumbnailShape[],
): { readonly width: number; readonly height: number } {
  const needed = shapes.map(({ width, height, method }) => {
    if (method === "scale") return { width, height };
    const factor = Math.max(width / picture.width, height / picture.height);
    return { width: Math.ceil(picture.width * factor), height: Math.ceil(picture.height * factor) };
  });
  return {
    width: Math.min(picture.width, Math.max(...needed.map(({ width }) => width))),
    height: Math.min(picture.height, Math.max(...needed.map(({ height }) => height))),
  };
}

/** Compares pieces, not bytes: a loop over bytes is slow in a process without a compiler. */
function isAnyTransparent(alpha: Buffer): boolean {
  for (let start = 0; start < alpha.length; start += OPAQUE.length) {
    const piece = alpha.subarray(start, start + OPAQUE.length);
    if (!piece.equals(OPAQUE.subarray(0, piece.length))) return true;
  }
  return false;
}
