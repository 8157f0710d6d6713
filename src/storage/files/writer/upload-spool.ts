import { dirname } from "node:path";
import type { BlobSpool } from "../../../media/blobs.ts";
import type { Logger } from "../../../util/log.ts";
import { takeRandomBytes } from "../../../util/random-bytes.ts";
import { notRegular } from "../../../util/regular-file.ts";
import { isSystemError, storeFailed } from "../../failure.ts";
import type { FsOperations } from "../fs-operations.ts";
import type { Durability } from "../journal/durability.ts";
import { inFolder } from "./with-folder.ts";
import type { Layout } from "../layout.ts";

/** What restoring a file needs. */
export interface SpoolParts {
  readonly calls: () => FsOperations;
  readonly durability: Durability;
  readonly log: Logger;
}

/**
 * A place beside the store for a file that is being restored. The file is linked from there to its final path in one
 * step.
 */
export class FilesystemSpool implements BlobSpool {
  readonly path: string;
  readonly #contentPath: string;
  readonly #calls: () => FsOperations;
  readonly #durability: Durability;
  readonly #log: Logger;

  constructor(path: string, contentPath: string, { calls, durability, log }: SpoolParts) {
    this.path = path;
    this.#contentPath = contentPath;
    this.#calls = calls;
    this.#durability = durability;
    this.#log = log;
  }

  async publish(): Promise<void> {
    const link = () => this.#calls().link(this.path, this.#contentPath);
    try {
      await this.#refuseOthers();
      // A final name never leads to half a file, not even after a power loss.
      await this.#durability.secureFile(this.path);
      await this.#calls().makeFolders(dirname(this.#contentPath));
      await inFolder(this.#contentPath, link, async (folder) => void (await this.#calls().makeFolders(folder)));
    } catch (error) {
      // Another process, such as an operator's job, was quicker.
      if (!isSystemError(error, "EEXIST")) throw storeFailed(error);
    }
  }

  /** Rejects where the provider's module did not leave a regular file: a link would be linked into the store itself. */
  async #refuseOthers(): Promise<void> {
    const { fd, isFile } = await this.#calls().openForReading(this.path);
    await this.#calls().close(fd);
    if (!isFile) throw notRegular(this.path);
  }

  async discard(): Promise<void> {
    try {
      await this.#calls().unlink(this.path);
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return;
      this.#log.warn({ err: error, path: this.path }, "could not clear a file that was being restored");
    }
  }
}

/**
 * Opens a spool with a name of its own, so that what an earlier process left of the same media is never mistaken for
 * it.
 */
export async function openSpool(
  fileId: string,
  contentPath: string,
  layout: Layout,
  parts: SpoolParts,
): Promise<BlobSpool> {
  try {
    await parts.calls().makeFolders(layout.uploadsFolder, 0o700);
  } catch (error) {
    throw storeFailed(error);
  }
  return new FilesystemSpool(layout.spoolPath(fileId, takeRandomBytes(6).toString("hex")), contentPath, parts);
}
