import { dirname } from "node:path";
import type { BlobWriter } from "../../media/blobs.ts";
import { freeBuffer } from "../../util/free-buffer.ts";
import type { Logger } from "../../util/log.ts";
import { isSystemError, storeFailed } from "../failure.ts";
import type { FsOperations } from "./fs-operations.ts";
import type { Durability } from "./durability.ts";
import { inFolder } from "./with-folder.ts";
import { PIECE_BYTES, PieceWriter } from "./piece-writer.ts";

/** Where an upload goes, and by what. */
export interface WriterParts {
  readonly temporaryPath: string;
  readonly contentPath: string;
  readonly calls: () => FsOperations;
  readonly durability: Durability;
  readonly log: Logger;
}

/**
 * An upload on its way into the folder: in memory while it is small, in pieces to its temporary name when it is not.
 */
export class FilesystemWriter implements BlobWriter {
  readonly #parts: WriterParts;
  #chunks: Buffer[] = [];
  #chunksBytes = 0;
  #pieces: PieceWriter | undefined;
  #fd: number | undefined;
  /** What this upload made and an abort removes; another upload's file of the same name is not part of it. */
  #madeTemporary = false;
  #madeContent = false;
  #madeFolders: string[] = [];
  /** The step in progress: an abort waits for it, so that nothing appears after the abort. */
  #step: Promise<unknown> = Promise.resolve();

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  write(chunk: Buffer): Promise<void> | void {
    if (this.#pieces !== undefined) return this.#track(this.#pieces.write(chunk));
    this.#chunks.push(chunk);
    this.#chunksBytes += chunk.length;
    if (this.#chunksBytes > PIECE_BYTES) return this.#track(this.#startPieces());
  }

  async publish(): Promise<string> {
    await this.#track(this.#publish());
    return this.#parts.contentPath;
  }

  async settle(): Promise<void> {
    const { temporaryPath, contentPath, durability } = this.#parts;
    const folders = [dirname(contentPath), ...this.#madeFolders.map((folder) => dirname(folder))];
    if (!durability.letGo(temporaryPath, folders)) await this.#remove("unlink", temporaryPath);
  }

  async abort(): Promise<void> {
    await this.#step.catch(() => {});
    await this.#pieces?.stop();
    this.#chunks = [];
    await this.#closeFile().catch((error: unknown) => this.#warn(error, this.#parts.temporaryPath));
    // The journal goes last, once the file is known to be gone: whatever stays behind, the next start finishes the job.
    const isGone = !this.#madeContent || (await this.#removeContent(this.#parts.contentPath));
    for (const folder of this.#madeFolders) await this.#remove("removeFolder", folder);
    if (this.#madeTemporary && isGone) await this.#remove("unlink", this.#parts.temporaryPath);
  }

  #track(step: Promise<void> | void): Promise<void> | void {
    if (step === undefined) return;
    const coded = step.catch((error: unknown) => {
      throw storeFailed(error);
    });
    this.#step = coded;
    return coded;
  }

  async #startPieces(): Promise<void> {
    this.#fd = await this.#makeTemporary();
    this.#pieces = new PieceWriter(this.#fd, this.#chunks, this.#chunksBytes);
    this.#chunks = [];
  }

  async #publish(): Promise<void> {
    const { temporaryPath, contentPath, calls, durability } = this.#parts;
    if (this.#pieces === undefined) await this.#writeAtOnce();
    else await this.#pieces.finish();
    // The temporary name reaches the disk before the final one does: it is what tells the next start about both.
    if (this.#fd !== undefined) await durability.secure(this.#fd);
    await this.#closeFile();
    // With 7 million folders the one of a new id is hardly ever there yet.
    await this.#makeContentFolder(dirname(contentPath));
    await inFolder(
      contentPath,
      () => calls().link(temporaryPath, contentPath),
      (folder) => this.#makeContentFolder(folder),
    );
    this.#madeContent = true;
  }

  async #writeAtOnce(): Promise<void> {
    this.#fd = await this.#makeTemporary();
    const chunks = this.#chunks;
    this.#chunks = [];
    await this.#parts.calls().writeAll(this.#fd, chunks);
    chunks.forEach(freeBuffer);
  }

  async #makeTemporary(): Promise<number> {
    const { temporaryPath, calls } = this.#parts;
    const fd = await inFolder(
      temporaryPath,
      () => calls().openNew(temporaryPath),
      async (folder) => void (await calls().makeFolders(folder, 0o700)),
    );
    this.#madeTemporary = true;
    return fd;
  }

  async #makeContentFolder(folder: string): Promise<void> {
    const topmost = await this.#parts.calls().makeFolders(folder);
    if (topmost === undefined) return;
    for (let made = folder; made.length >= topmost.length; made = dirname(made)) this.#madeFolders.push(made);
  }

  async #closeFile(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await this.#parts.calls().close(fd);
  }

  /** Whether it is gone, and stays so. Never rejects. */
  async #removeContent(path: string): Promise<boolean> {
    if (!(await this.#remove("unlink", path))) return false;
    const folder = dirname(path);
    try {
      await this.#parts.durability.secureRemoval(folder);
    } catch (error) {
      if (isSystemError(error, "ENOENT")) return true;
      this.#warn(error, folder);
      return false;
    }
    return true;
  }

  /** False where it failed. Never rejects: what stays behind is seen to at the next start. */
  async #remove(by: "unlink" | "removeFolder", path: string): Promise<boolean> {
    try {
      await this.#parts.calls()[by](path);
    } catch (error) {
      if (isSystemError(error, "ENOENT", "ENOTEMPTY", "EEXIST")) return true;
      this.#warn(error, path);
      return false;
    }
    return true;
  }

  #warn(error: unknown, path: string): void {
    this.#parts.log.warn({ err: error, path }, "could not remove the files that an upload left on disk");
  }
}
