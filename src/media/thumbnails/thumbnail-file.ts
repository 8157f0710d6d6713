import { storedMedia, type StoredMedia } from "../../media-file.ts";
import type { StoredThumbnail } from "./thumbnail-rows.ts";

/** The file of a thumbnail of local media. */
export function thumbnailFile(mediaId: string, thumbnail: StoredThumbnail): StoredMedia {
  const { width, height, method, type, lengthBytes } = thumbnail;
  return storedMedia({ fileId: mediaId, thumbnail: { width, height, method, type, length: lengthBytes } });
}
