import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { matrixError } from "../../errors.ts";
import { localFile, type StoredMedia } from "../../media-file.ts";
import type { BlobReader, BlobSpool, BlobStore, BlobWorkshop, BlobWriter } from "../../media/blobs.ts";
import type { Logger } from "../../util/log.ts";
import { isSystemError, storeFailed } from "../failure.ts";
import { type FsOperations, createCalls } from "./fs-operations.ts";
import { type DiskIo, DiskLatency } from "./disk-latency.ts";
import { createFullDurability, type Durability, RELAXED } from "./journal/durability.ts";
import { chooseLayout } from "./folder-check.ts";
import { Layout } from "./layout.ts";
import { FilesystemReader } from "./reader.ts";
import { listThumbnails, removeFile } from "./removal.ts";
import { listLeftWork, listUnsettled, recoverUploads } from "./journal/recovery.ts";
import { openSpool, type SpoolParts } from "./writer/upload-spool.ts";
import { openWorkshop } from "./writer/workshop.ts";
import { UPLOADS_FOLDER } from "./journal/uploads-folder.ts";
import { FilesystemWriter } from "./writer/writer.ts";

export interface FilesystemBlobsOptions {
  /** Synapse's `media_store_path`; made where it does not exist. */
  readonly mediaStorePath: string;
  /**
   * The service's own folder for the temporary names of uploads: the media store itself may belong to an operator. Not
   * used where it is on another file system, from which no file can be linked into the store; the temporary names are
   * under the store then.
   */
  readonly uploadsFolder?: string;
  readonly log: Logger;
  /** How short calls reach the disk. Default `auto`: on the event loop while the disk is fast. */
  readonly io?: DiskIo;
  /**
   * Whether published files survive a power loss (`full`, the default), or those of the last seconds may be lost
   * (`relaxed`).
   */
  readonly durability?: "full" | "relaxed";
}

/** Opens a folder of media in Synapse's layout. Throws a StartError `STORE` for one that cannot be written. */
export function openFilesystemBlobs(options: FilesystemBlobsOptions): BlobStore {
  const mediaStorePath = resolve(options.mediaStorePath);
  const folders = [
    ...(options.uploadsFolder ? [resolve(options.uploadsFolder)] : []),
    join(mediaStorePath, UPLOADS_FOLDER),
  ];
  const layouts = folders.map((folder) => new Layout(mediaStorePath, folder));
  const layout = chooseLayout(mediaStorePath, layouts);
  const calls = createCalls(new DiskLatency(options.io ?? "auto"));
  const { log } = options;
  const { uploadsFolder } = layout;
  const isFull = options.durability !== "relaxed";
  const durability = isFull ? createFullDurability({ uploadsFolder, mediaStorePath }, { log }) : RELAXED;
  return new FilesystemBlobs(layout, layouts, { calls, durability, log });
}

class FilesystemBlobs implements BlobStore {
  readonly #layout: Layout;
  /** Every place where an earlier process may have left temporary names. */
  readonly #layouts: readonly Layout[];
  readonly #calls: () => FsOperations;
  readonly #durability: Durability;
  readonly #log: Logger;
  /** What an earlier process was restoring or making. */
  #leftWork: readonly string[] = [];

  constructor(layout: Layout, layouts: readonly Layout[], { calls, durability, log }: SpoolParts) {
    this.#layout = layout;
    this.#layouts = layouts;
    this.#calls = calls;
    this.#durability = durability;
    this.#log = log;
  }

  create(mediaId: string): BlobWriter {
    const contentPath = this.#layout.contentPath(localFile(mediaId));
    if (contentPath === undefined)
      throw matrixError("STORE_FAILED", { cause: new Error("No file can have this media id") });
    const temporaryPath = this.#layout.temporaryPath(mediaId);
    return new FilesystemWriter({ temporaryPath, contentPath, ...this.#parts() });
  }

  async open(media: StoredMedia): Promise<BlobReader | undefined> {
    const path = this.#layout.contentPath(media);
    if (path === undefined) return undefined;
    try {
      const file = await this.#calls().openForReading(path);
      if (file.isFile) return new FilesystemReader(file, this.#calls);
      await this.#calls().close(file.fd);
    } catch (error) {
      if (isSystemError(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG")) return undefined;
      // A symbolic link; a socket.
      if (!isSystemError(error, "ELOOP", "ENXIO")) throw storeFailed(error);
    }
    this.#log.warn({ path }, "a file of media is not served: its path is a symbolic link, or not a file at all");
    return undefined;
  }

  async spool(media: StoredMedia): Promise<BlobSpool> {
    const contentPath = this.#layout.contentPath(media);
    if (contentPath === undefined)
      throw matrixError("STORE_FAILED", { cause: new Error("No file can have this media id") });
    return openSpool(media.fileId, contentPath, this.#layout, this.#parts());
  }

  async workshop(mediaId: string): Promise<BlobWorkshop> {
    if (this.#layout.contentPath(localFile(mediaId)) === undefined)
      throw matrixError("STORE_FAILED", { cause: new Error("No file can have this media id") });
    return openWorkshop(mediaId, this.#layout, this.#parts());
  }

  async remove(file: StoredMedia): Promise<void> {
    const path = this.#layout.contentPath(file);
    if (path === undefined) return;
    try {
      await removeFile(path, this.#layout, this.#durability);
    } catch (error) {
      throw storeFailed(error);
    }
  }

  async thumbnailsOf(media: StoredMedia): Promise<readonly StoredMedia[]> {
    const folder = this.#layout.thumbnailFolder(media);
    if (folder === undefined) return [];
    try {
      return await listThumbnails(media, folder);
    } catch (error) {
      throw storeFailed(error);
    }
  }

  async unsettled(): Promise<readonly string[]> {
    this.#leftWork = (await Promise.all(this.#layouts.map(listLeftWork))).flat();
    return (await Promise.all(this.#layouts.map(listUnsettled))).flat();
  }

  async recover(
    mediaIds: readonly string[],
    isStored: (mediaId: string) => Promise<boolean>,
  ): Promise<{ kept: number; removed: number }> {
    const total = { kept: 0, removed: 0 };
    for (const path of this.#leftWork) await this.#removeLeftWork(path, isStored);
    for (const layout of this.#layouts) {
      const { kept, removed } = await recoverUploads(layout, mediaIds, isStored, this.#durability);
      total.kept += kept;
      total.removed += removed;
    }
    await this.#durability.sweep();
    return total;
  }

  /** A job that was killed may have placed a file of media that was deleted at the same time. */
  async #removeLeftWork(path: string, isStored: (mediaId: string) => Promise<boolean>): Promise<void> {
    const mediaId = this.#layout.mediaIdOfWorkshop(path);
    if (mediaId !== undefined && !(await isStored(mediaId))) {
      for (const file of await this.thumbnailsOf(localFile(mediaId))) await this.remove(file);
    }
    await rm(path, { force: true, recursive: true });
  }

  close(): Promise<void> {
    return this.#durability.close();
  }

  #parts(): SpoolParts {
    return { calls: this.#calls, durability: this.#durability, log: this.#log };
  }
}
