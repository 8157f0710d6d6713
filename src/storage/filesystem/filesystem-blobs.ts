import { resolve } from "node:path";
import { matrixError } from "../../errors.ts";
import type { BlobReader, BlobStore, BlobWriter } from "../../media/blobs.ts";
import type { Logger } from "../../util/log.ts";
import { isSystemError, storeFailed } from "../failure.ts";
import { type Calls, createCalls } from "./calls.ts";
import { type DiskIo, DiskPace } from "./disk-pace.ts";
import { checkFolder } from "./folder-check.ts";
import { Layout } from "./layout.ts";
import { FilesystemReader } from "./reader.ts";
import { recoverUploads } from "./recovery.ts";
import { FilesystemWriter } from "./writer.ts";

export interface FilesystemBlobsOptions {
  /** Synapse's `media_store_path`; made where it does not exist. */
  readonly mediaStorePath: string;
  readonly log: Logger;
  /** How short calls reach the disk. Default `auto`: on the event loop while the disk is fast. */
  readonly io?: DiskIo;
}

/** Opens a folder of media in Synapse's layout. Throws a StartError `STORE` for one that cannot be written. */
export function openFilesystemBlobs(options: FilesystemBlobsOptions): BlobStore {
  const mediaStorePath = resolve(options.mediaStorePath);
  const layout = new Layout(mediaStorePath);
  checkFolder(mediaStorePath, layout);
  return new FilesystemBlobs(layout, createCalls(new DiskPace(options.io ?? "auto")), options.log);
}

class FilesystemBlobs implements BlobStore {
  readonly #layout: Layout;
  readonly #calls: () => Calls;
  readonly #log: Logger;

  constructor(layout: Layout, calls: () => Calls, log: Logger) {
    this.#layout = layout;
    this.#calls = calls;
    this.#log = log;
  }

  create(mediaId: string): BlobWriter {
    const contentPath = this.#layout.contentPath(mediaId);
    if (contentPath === undefined)
      throw matrixError("STORE_FAILED", { cause: new Error("No file can have this media id") });
    const temporaryPath = this.#layout.temporaryPath(mediaId);
    return new FilesystemWriter({ temporaryPath, contentPath, calls: this.#calls, log: this.#log });
  }

  async open(mediaId: string): Promise<BlobReader | undefined> {
    const path = this.#layout.contentPath(mediaId);
    if (path === undefined) return undefined;
    try {
      const file = await this.#calls().openForReading(path);
      if (file.isFile) return new FilesystemReader(file, this.#calls);
      await this.#calls().close(file.fd);
      return undefined;
    } catch (error) {
      if (isSystemError(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG")) return undefined;
      throw storeFailed(error);
    }
  }

  recover(hasRow: (mediaId: string) => Promise<boolean>): Promise<{ kept: number; removed: number }> {
    return recoverUploads(this.#layout, hasRow);
  }
}
