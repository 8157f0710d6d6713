import { dirname } from "node:path";
import type { StagedUpload } from "../../../media/blobs.ts";
import { isSystemError, storeFailed } from "../../failure.ts";
import { removeLeft, warnOfLeft } from "./remove-left.ts";
import { inFolder, makeFolderOf } from "./with-folder.ts";
import type { WriterParts } from "./writer.ts";

/**
 * A complete upload under its temporary name. Its local file is the file that will be published: Python modules expect
 * it at its final path, so the first caller that needs it links it there.
 */
export class FilesystemStagedUpload implements StagedUpload {
  readonly #parts: WriterParts;
  #linked: Promise<void> | undefined;
  /** Whether this upload made the final name; another upload's file of the same name is not part of it. */
  #madeContent = false;
  #madeFolders: string[] = [];

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  async localPath(): Promise<string> {
    await this.publish();
    return this.#parts.contentPath;
  }

  publish(): Promise<void> {
    return (this.#linked ??= this.#link());
  }

  async settle(): Promise<void> {
    const { temporaryPath, contentPath, durability } = this.#parts;
    const folders = () => [dirname(contentPath), ...this.#madeFolders.map((folder) => dirname(folder))];
    if (!durability.letGo(temporaryPath, folders)) await removeLeft("unlink", temporaryPath, this.#parts);
  }

  /**
   * Removes the final name, and the folders that were made for it. False where the file may still be there. Never
   * rejects.
   */
  async takeBack(): Promise<boolean> {
    await this.#linked?.catch(() => undefined);
    const isGone = !this.#madeContent || (await this.#removeContent());
    for (const folder of this.#madeFolders) await removeLeft("removeFolder", folder, this.#parts);
    return isGone;
  }

  async #link(): Promise<void> {
    const { temporaryPath, contentPath, calls } = this.#parts;
    try {
      // With 7 million possible folders, the one of a new id hardly ever exists yet.
      const makeFolder = (folder: string) => this.#makeContentFolder(folder);
      await makeFolderOf(contentPath, makeFolder);
      await inFolder(contentPath, () => calls().link(temporaryPath, contentPath), makeFolder);
      this.#madeContent = true;
    } catch (error) {
      throw storeFailed(error);
    }
  }

  async #makeContentFolder(folder: string): Promise<void> {
    const topmost = await this.#parts.calls().makeFolders(folder);
    if (topmost === undefined) return;
    this.#madeFolders.push(folder);
    for (let made = folder; made.length > topmost.length;) this.#madeFolders.push((made = dirname(made)));
  }

  /** Whether it is gone, and stays gone. */
  async #removeContent(): Promise<boolean> {
    const { contentPath, durability, log } = this.#parts;
    if (!(await removeLeft("unlink", contentPath, this.#parts))) return false;
    const folder = dirname(contentPath);
    try {
      await durability.secureRemoval(folder);
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return true;
      warnOfLeft(error, folder, log);
      return false;
    }
    return true;
  }
}
