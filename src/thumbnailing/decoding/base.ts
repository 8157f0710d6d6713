import type { Picture, ThumbnailShape } from "../../media/thumbnails/thumbnailer.ts";
import { openPicture, openPixels, type RawPixels } from "./open-picture.ts";

/** A picture decoded once, upright and as small as its thumbnails allow, from which all of them are made. */
export interface Base extends RawPixels {
  /** Whether some of it can be seen through. */
  readonly isTransparent: boolean;
}

/** Decodes a picture's first frame for these shapes. */
export async function decodeBase(path: string, { picture, shapes, maxPixels }: BaseOptions): Promise<Base> {
  const { width, height } = baseSize(picture, shapes);
  const { data, info } = await openPicture(path, { maxPixels })
    .autoOrient()
    // Without the decoder's own reduction the thumbnails are visibly better, for 4 ms a photo.
    .resize(width, height, { fit: "fill", fastShrinkOnLoad: false })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = { data, width: info.width, height: info.height, channels: info.channels };
  return { ...pixels, isTransparent: await isTransparent(pixels) };
}

interface BaseOptions {
  readonly picture: Picture;
  readonly shapes: readonly ThumbnailShape[];
  readonly maxPixels: number;
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

/** Compares the whole channel at once: a loop over its bytes is slow in a process without a compiler. */
async function isTransparent(pixels: RawPixels): Promise<boolean> {
  const { width, height, channels } = pixels;
  if (channels === 1 || channels === 3) return false;
  const alpha = await openPixels(pixels)
    .extractChannel(channels === 4 ? 3 : 1)
    .raw()
    .toBuffer();
  return !alpha.equals(Buffer.alloc(width * height, 0xff));
}
