/** The types that thumbnails are made of. `image/jpg` is not a registered type, and clients send it. */
const PICTURE_TYPES = new Set([
  "image/jpeg",
  "image/jpg",
  "image/png",
  "image/apng",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/tiff",
]);

/**
 * Whether thumbnails are made of a file of this declared type, parameters and case aside. It says so of most media
 * without a look at the file: encrypted media, videos, SVG and documents have none.
 */
export function isPictureType(mediaType: string): boolean {
  if (!/^\s*image\//i.test(mediaType)) return false;
  const [essence = ""] = mediaType.split(";", 1);
  return PICTURE_TYPES.has(essence.trim().toLowerCase());
}
