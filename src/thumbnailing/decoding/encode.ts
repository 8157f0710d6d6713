import type { ThumbnailShape } from "../../media/thumbnails/thumbnailer.ts";
import type { Base } from "./base.ts";
import { openPicture, openPixels, type Sharp } from "./open-picture.ts";
import type { PictureFormat } from "./picture-facts.ts";

/** A thumbnail's bytes. */
export interface Encoded {
  readonly type: "image/jpeg" | "image/png" | "image/webp";
  readonly data: Buffer;
}

const QUALITY = 80;
/** Beyond 2, WebP takes more time than it saves bytes. */
const WEBP_EFFORT = 2;
/** An opaque thumbnail that is larger as PNG becomes JPEG: a photo is some thirty times smaller then. */
const MAX_OPAQUE_PNG_BYTES = 50 * 1024;

/** Formats whose thumbnails are PNG, because they hold drawings more often than photos. */
const PNG_FORMATS = new Set<PictureFormat>(["png", "gif"]);

/** Makes a thumbnail that does not move. It never holds metadata of the original. */
export async function encodeStatic(base: Base, shape: ThumbnailShape, format: PictureFormat): Promise<Encoded> {
  if (base.isTransparent || PNG_FORMATS.has(format)) {
    const data = await shrink(base, shape).png().toBuffer();
    if (base.isTransparent || data.length <= MAX_OPAQUE_PNG_BYTES) return { type: "image/png", data };
  }
  return { type: "image/jpeg", data: await shrink(base, shape).jpeg({ quality: QUALITY }).toBuffer() };
}

/** Makes a thumbnail that moves, with the delays and the loops of the original. */
export async function encodeAnimated(path: string, shape: ThumbnailShape, maxPixels: number): Promise<Encoded> {
  const data = await resize(openPicture(path, { maxPixels, animated: true }), shape)
    .webp({ quality: QUALITY, effort: WEBP_EFFORT })
    .toBuffer();
  return { type: "image/webp", data };
}

function shrink(base: Base, shape: ThumbnailShape): Sharp {
  const image = resize(openPixels(base), shape);
  return base.isTransparent ? image : image.removeAlpha();
}

function resize(image: Sharp, { width, height, method }: ThumbnailShape): Sharp {
  return image.resize(width, height, { fit: method === "crop" ? "cover" : "fill" });
}
