import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import type { BlobSpool } from "../../media/blobs.ts";
import type { Logger } from "../../util/log.ts";
import { isSystemError, storeFailed } from "../failure.ts";
import type { Calls } from "./calls.ts";
import { inFolder } from "./in-folder.ts";
import type { Layout } from "./layout.ts";

/** A place beside the store for a file that comes back, from which it is linked to its final path in one step. */
export class FilesystemSpool implements BlobSpool {
  readonly path: string;
  readonly #contentPath: string;
  readonly #calls: () => Calls;
  readonly #log: Logger;

  constructor(path: string, contentPath: string, calls: () => Calls, log: Logger) {
    this.path = path;
    this.#contentPath = contentPath;
    this.#calls = calls;
    this.#log = log;
  }

  async publish(): Promise<void> {
    const link = () => this.#calls().link(this.path, this.#contentPath);
    try {
      await this.#calls().makeFolders(dirname(this.#contentPath));
      await inFolder(this.#contentPath, link, async (folder) => void (await this.#calls().makeFolders(folder)));
    } catch (error) {
      // Somebody else, such as an operator's job, was quicker.
      if (!isSystemError(error, "EEXIST")) throw storeFailed(error);
    }
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

/** Opens a spool whose name is its own: what an earlier process left of the same media is never taken for it. */
export async function openSpool(
  mediaId: string,
  contentPath: string,
  layout: Layout,
  calls: () => Calls,
  log: Logger,
): Promise<BlobSpool> {
  try {
    await calls().makeFolders(layout.uploadsFolder, 0o700);
  } catch (error) {
    throw storeFailed(error);
  }
  return new FilesystemSpool(layout.spoolPath(mediaId, randomBytes(6).toString("hex")), contentPath, calls, log);
}
