import type { BlobStore } from "../media/blobs.ts";
import { openFilesystemBlobs, type FilesystemBlobsOptions } from "./files/filesystem-blobs.ts";

/** Where files of media are kept, and how. */
export type BlobsOptions = Omit<FilesystemBlobsOptions, "io">;

/**
 * Opens the place where files of media are kept: only this function chooses its kind. Rejects with a StartError
 * `STORE`.
 */
export async function openBlobs(options: BlobsOptions): Promise<BlobStore> {
  return openFilesystemBlobs(options);
}
