import type { ThumbnailShape } from "../../media/thumbnails/thumbnailer.ts";
import { openPicture } from "./open-picture.ts";
import type { PictureFacts, PictureFormat } from "./picture-facts.ts";
import { resizeStill, type StillSource } from "./still-source.ts";

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
export async function encodeStill(source: StillSource, shape: ThumbnailShape, facts: PictureFacts): Promise<Encoded> {
  const { isTransparent } = source;
  const open = () => {
    const image = resizeStill(source.open(), { ...shape, fit: fitOf(shape) }, facts);
    return isTransparent ? image : image.removeAlpha();
  };
  if (isTransparent || PNG_FORMATS.has(facts.format)) {
    const data = await open().png().toBuffer();
    if (isTransparent || data.length <= MAX_OPAQUE_PNG_BYTES) return { type: "image/png", data };
  }
  return { type: "image/jpeg", data: await open().jpeg({ quality: QUALITY }).toBuffer() };
}

/** Makes a thumbnail that moves, with the delays and the loops of the original. */
export async function encodeAnimated(path: string, shape: ThumbnailShape, maxPixels: number): Promise<Encoded> {
  const data = await openPicture(path, { maxPixels, animated: true })
    .resize(shape.width, shape.height, { fit: fitOf(shape) })
    .webp({ quality: QUALITY, effort: WEBP_EFFORT })
    .toBuffer();
  return { type: "image/webp", data };
}

function fitOf({ method }: ThumbnailShape): "cover" | "fill" {
  return method === "crop" ? "cover" : "fill";
}
