import type { BlobStore } from "../media/blobs.ts";
import { openFilesystemBlobs, type FilesystemBlobsOptions } from "./files/filesystem-blobs.ts";

/** Where files of media are kept, and how. */
export type BlobsOptions = Omit<FilesystemBlobsOptions, "io">;

/** Opens where files of media are kept: the one place that chooses how. Rejects with a StartError `STORE`. */
export async function openBlobs(options: BlobsOptions): Promise<BlobStore> {
  return openFilesystemBlobs(options);
}
