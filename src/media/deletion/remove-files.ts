import type { StoredMedia } from "../../media-file.ts";
import type { BlobStore } from "../blobs.ts";
import type { Deletion } from "./deletion-rows.ts";

/**
 * Removes the files of deleted media from disk, with thumbnails that no row knows: a process may have been killed
 * between the file of a thumbnail and its row. Rejects where the disk fails.
 */
export async function removeFiles(
  { files }: Pick<Deletion, "files">,
  blobs: Pick<BlobStore, "remove" | "thumbnailsOf">,
): Promise<void> {
  const [media] = files;
  const onDisk = media === undefined ? [] : await blobs.thumbnailsOf(media);
  const all = new Map([...files, ...onDisk].map((file) => [describeFile(file), file]));
  for (const file of all.values()) await blobs.remove(file);
}

function describeFile(file: StoredMedia): string {
  return JSON.stringify([
    file.serverName,
    file.fileId,
    file.urlCache,
    file.thumbnail && { ...file.thumbnail, length: 0 },
  ]);
}
