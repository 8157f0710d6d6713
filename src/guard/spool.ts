import { mkdirSync, readdirSync } from "node:fs";
import { open, rm, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { matrixError, StartError } from "../errors.ts";
import { LOCAL_FOLDER } from "../media-file.ts";
import type { BodySource } from "../util/bodies/body-source.ts";
import { listShownFiles, removeEmptyFolders, showFile } from "./shown-files.ts";
import { takeRandomBytes } from "../util/random-bytes.ts";

/** Our own names, besides those of `shown-files.ts`; nothing else in the folder is ever touched. */
const NAME = /^guarded-[0-9a-f]{32}\.part$/;
const PIECE_BYTES = 256 * 1024;

/** Temporary files of uploads that must be complete before they are passed on. */
export interface Spool {
  /** Starts a file. Rejects with `STORE_FAILED`. */
  create(): Promise<SpooledUpload>;
  /** Files that an earlier process left. */
  leftovers(): readonly string[];
  /** Removes such files. Resolves to their number. */
  clear(leftovers: readonly string[]): Promise<number>;
}

/** Opens the folder, which is made where it does not exist. Throws a StartError `STORE`. */
export function openSpool(folder: string): Spool {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartError("STORE", `The folder ${folder} for uploads in transit cannot be created: ${reason}`, {
      cause: error,
    });
  }
  return {
    async create() {
      const path = join(folder, `guarded-${takeRandomBytes(16).toString("hex")}.part`);
      try {
        return new SpooledUpload(folder, path, await open(path, "wx+", 0o600));
      } catch (error) {
        throw matrixError("STORE_FAILED", { cause: error });
      }
    },
    leftovers: () => [...readdirSync(folder).filter((name) => NAME.test(name)), ...listShownFiles(folder)],
    async clear(leftovers) {
      for (const name of leftovers) await rm(join(folder, name), { force: true });
      await removeEmptyFolders(join(folder, LOCAL_FOLDER));
      return leftovers.length;
    },
  };
}

/** One upload in a temporary file. */
export class SpooledUpload implements BodySource {
  readonly #folder: string;
  readonly #path: string;
  readonly #file: FileHandle;
  #sizeBytes = 0;

  constructor(folder: string, path: string, file: FileHandle) {
    this.#folder = folder;
    this.#path = path;
    this.#file = file;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Takes the next piece; wait for it before the next one. Rejects with `STORE_FAILED`. */
  async write(chunk: Buffer): Promise<void> {
    try {
      for (let done = 0; done < chunk.length;) {
        const { bytesWritten } = await this.#file.write(chunk, done, chunk.length - done, this.#sizeBytes + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw matrixError("STORE_FAILED", { cause: error });
    }
    this.#sizeBytes += chunk.length;
  }

  async read(sink: (chunk: Buffer) => Promise<void> | void): Promise<void> {
    for (let position = 0; position < this.#sizeBytes;) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.#sizeBytes - position));
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, position);
      if (bytesRead === 0) throw matrixError("STORE_FAILED", { cause: new Error("a spooled upload was cut short") });
      await sink(piece.subarray(0, bytesRead));
      position += bytesRead;
    }
  }

  /**
   * Shows the file at the place that Synapse's store would have for it, and nowhere else, while `look` runs; afterwards
   * the file has no name any more. Rejects as `look` does, with `UPLOAD_UNDER_WAY` where another upload to the id is
   * being shown, and with `STORE_FAILED`.
   */
  showAs(mediaId: string, look: (path: string) => Promise<void>): Promise<void> {
    return showFile({ from: this.#path, folder: this.#folder, mediaId }, look);
  }

  /** Removes the file, whatever became of it. Never rejects: the next start removes what is left. */
  async remove(): Promise<void> {
    await Promise.allSettled([this.#file.close(), unlink(this.#path)]);
  }
}
