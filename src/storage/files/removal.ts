import { readdir, rmdir, unlink } from "node:fs/promises";
import { readThumbnailName, storedMedia, type StoredMedia } from "../../media-file.ts";
import { isSystemError } from "../failure.ts";
import { dirname } from "node:path";
import type { Durability } from "./journal/durability.ts";
import type { Layout } from "./layout.ts";

/**
 * Removes a file by its final path, flushes that, and removes the folders that are empty then. Always on a thread: it
 * may take a file system long to give back the blocks of a large file. Rejects with Node's error of the system call.
 */
export async function removeFile(path: string, layout: Layout, durability: Durability): Promise<void> {
  await unlink(path).catch(unlessGone);
  // Also where there was no file: an earlier process may have been killed between the two steps.
  await Promise.resolve(durability.secureRemoval(dirname(path))).catch(unlessGone);
  for (const folder of layout.foldersOf(path)) {
    try {
      await rmdir(folder);
    } catch (error) {
      if (!isSystemError(error, "ENOENT", "ENOTDIR")) return;
    }
  }
}

/** The thumbnails that are in the folder of media. Rejects with Node's error of the system call. */
export async function listThumbnails(media: StoredMedia, folder: string): Promise<StoredMedia[]> {
  const { serverName, fileId, urlCache } = media;
  try {
    return (await readdir(folder)).flatMap((name) => {
      const thumbnail = readThumbnailName(name);
      return thumbnail === undefined ? [] : [storedMedia({ serverName, fileId, urlCache, thumbnail })];
    });
  } catch (error) {
    unlessGone(error);
    return [];
  }
}

function unlessGone(error: unknown): void {
  if (!isSystemError(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG")) throw error;
}
