import type { BlobWriter, StagedUpload } from "../../../media/blobs.ts";
import { freeBuffer } from "../../../util/bodies/free-buffer.ts";
import type { Logger } from "../../../util/log.ts";
import { storeFailed } from "../../failure.ts";
import type { FsOperations } from "../fs-operations.ts";
import type { Durability } from "../journal/durability.ts";
import { PIECE_BYTES, PieceWriter } from "./piece-writer.ts";
import { removeLeft, warnOfLeft } from "./remove-left.ts";
import { FilesystemStagedUpload } from "./staged-upload.ts";
import { inFolder } from "./with-folder.ts";

/** To give back less memory than this by hand costs more than to have it collected. */
const WORTH_FREEING_BYTES = 16 * 1024;

/** Where an upload is written, and with what. */
export interface WriterParts {
  readonly temporaryPath: string;
  readonly contentPath: string;
  readonly calls: () => FsOperations;
  readonly durability: Durability;
  readonly log: Logger;
}

/** An upload on its way into the folder: in memory while it is small, in pieces to its temporary name otherwise. */
export class FilesystemWriter implements BlobWriter {
  readonly #parts: WriterParts;
  #chunks: Buffer[] = [];
  #chunksBytes = 0;
  #pieces: PieceWriter | undefined;
  #fd: number | undefined;
  /** Whether this upload made the temporary name; another upload's file of the same name is not part of it. */
  #madeTemporary = false;
  #staged: FilesystemStagedUpload | undefined;
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

  async stage(): Promise<StagedUpload> {
    await this.#track(this.#finish());
    return (this.#staged = new FilesystemStagedUpload(this.#parts));
  }

  async abort(): Promise<void> {
    const { temporaryPath, log } = this.#parts;
    await this.#step.catch(() => {});
    await this.#pieces?.stop();
    this.#chunks = [];
    await this.#closeFile().catch((error: unknown) => warnOfLeft(error, temporaryPath, log));
    // The journal is removed last, once the file is known to be gone: if anything stays behind, the next start finishes
    // the job.
    const isGone = this.#staged === undefined || (await this.#staged.takeBack());
    if (this.#madeTemporary && isGone) await removeLeft("unlink", temporaryPath, this.#parts);
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

  async #finish(): Promise<void> {
    if (this.#pieces === undefined) await this.#writeAtOnce();
    else await this.#pieces.finish();
    // The temporary name reaches the disk before the final one: it tells the next start about both.
    if (this.#fd !== undefined) await this.#parts.durability.secure(this.#fd);
    await this.#closeFile();
  }

  async #writeAtOnce(): Promise<void> {
    this.#fd = await this.#makeTemporary();
    const chunks = this.#chunks;
    this.#chunks = [];
    await this.#parts.calls().writeAll(this.#fd, chunks);
    if (this.#chunksBytes >= WORTH_FREEING_BYTES) chunks.forEach(freeBuffer);
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

  async #closeFile(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) await this.#parts.calls().close(fd);
  }
}
