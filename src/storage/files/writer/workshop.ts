import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { matrixError } from "../../../errors.ts";
import type { StoredMedia } from "../../../media-file.ts";
import type { BlobWorkshop, PlacedBlob } from "../../../media/blobs.ts";
import { takeRandomBytes } from "../../../util/random-bytes.ts";
import { notRegular } from "../../../util/regular-file.ts";
import { isSystemError, storeFailed } from "../../failure.ts";
import type { Layout } from "../layout.ts";
import { removeLeft, warnOfLeft } from "./remove-left.ts";
import type { SpoolParts } from "./upload-spool.ts";
import { inFolder } from "./with-folder.ts";

/** What a linked file fails with where it cannot be linked, and must be made anew. */
const NOT_TO_LINK = ["ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP", "ENXIO", "EMLINK", "EXDEV", "EPERM", "ENOTSUP"];

/** How many folders of a thumbnail's path belong to one media: those that are removed once they are empty. */
const OWN_FOLDERS = 3;

/** A folder beside the store, on the same file system: its files get their final paths in one step. */
export class FilesystemWorkshop implements BlobWorkshop {
  readonly path: string;
  readonly #layout: Layout;
  readonly #parts: SpoolParts;

  constructor(path: string, layout: Layout, parts: SpoolParts) {
    this.path = path;
    this.#layout = layout;
    this.#parts = parts;
  }

  async localPath(file: StoredMedia): Promise<string | undefined> {
    const path = this.#layout.contentPath(file);
    if (path === undefined) return undefined;
    try {
      return (await this.#sizeOf(path)) === undefined ? undefined : path;
    } catch (error) {
      if (isSystemError(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG", "ELOOP", "ENXIO")) return undefined;
      throw storeFailed(error);
    }
  }

  async adopt(file: StoredMedia, lengthBytes: number): Promise<string | undefined> {
    const path = this.#layout.contentPath(file);
    if (path === undefined) return undefined;
    const adopted = join(this.path, randomUUID());
    try {
      await this.#parts.calls().link(path, adopted);
      return (await this.#sizeOf(adopted)) === lengthBytes ? adopted : undefined;
    } catch (error) {
      if (isSystemError(error, ...NOT_TO_LINK)) return undefined;
      throw storeFailed(error);
    }
  }

  async place(path: string, file: StoredMedia): Promise<PlacedBlob> {
    const contentPath = this.#layout.contentPath(file);
    if (contentPath === undefined || dirname(path) !== this.path)
      throw matrixError("STORE_FAILED", {
        cause: new Error("the file is not one of the workshop, or can have no path"),
      });
    const { calls, durability } = this.#parts;
    let lengthBytes: number | undefined;
    try {
      // What makes the files decodes what clients sent: a link that it left would lead modules to another file.
      lengthBytes = await this.#sizeOf(path);
      if (lengthBytes === undefined) throw notRegular(path);
      // A final name never leads to half a file, not even after a power loss.
      await durability.secureFile(path);
      await inFolder(
        contentPath,
        () => rename(path, contentPath),
        async (folder) => void (await calls().makeFolders(folder)),
      );
    } catch (error) {
      throw storeFailed(error);
    }
    return { lengthBytes, localPath: async () => contentPath, takeBack: () => this.#remove(contentPath) };
  }

  async discard(): Promise<void> {
    try {
      await rm(this.path, { recursive: true, force: true });
    } catch (error) {
      warnOfLeft(error, this.path, this.#parts.log);
    }
  }

  /** Undefined for what is not a regular file. */
  async #sizeOf(path: string): Promise<number | undefined> {
    const { calls } = this.#parts;
    const { fd, isFile, sizeBytes } = await calls().openForReading(path);
    await calls().close(fd);
    return isFile ? sizeBytes : undefined;
  }

  async #remove(contentPath: string): Promise<void> {
    await removeLeft("unlink", contentPath, this.#parts);
    let folder = dirname(contentPath);
    for (let level = 0; level < OWN_FOLDERS; level += 1) {
      await removeLeft("removeFolder", folder, this.#parts);
      folder = dirname(folder);
    }
  }
}

/** Makes the folder of a workshop. Its name carries the media id, and doubles as the journal. Rejects where the disk fails. */
export async function openWorkshop(mediaId: string, layout: Layout, parts: SpoolParts): Promise<BlobWorkshop> {
  const path = layout.workshopPath(mediaId, takeRandomBytes(6).toString("hex"));
  try {
    await parts.calls().makeFolders(path, 0o700);
  } catch (error) {
    throw storeFailed(error);
  }
  return new FilesystemWorkshop(path, layout, parts);
}
