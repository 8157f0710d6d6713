import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync } from "node:fs";
import { open, rm, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { matrixError, StartError } from "../errors.ts";
import type { UploadBody } from "../media/upload.ts";

/** Names of ours; nothing else in the folder is ever touched. */
const NAME = /^guarded-[0-9a-f]{32}\.part$/;
const PIECE_BYTES = 256 * 1024;

/** Temporary files of uploads that must be whole before they are handed on. */
export interface Spool {
  /** Starts a file. Rejects with `STORE_FAILED`. */
  create(): Promise<SpooledUpload>;
  /** Files that an earlier process left. */
  leftovers(): readonly string[];
  /** Removes such files. Resolves to how many there were. */
  clear(leftovers: readonly string[]): Promise<number>;
}

/** Opens the folder, which is made where it does not exist. Throws a StartError `STORE`. */
export function openSpool(folder: string): Spool {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartError("STORE", `The folder ${folder} for uploads in transit cannot be made: ${reason}`, {
      cause: error,
    });
  }
  return {
    async create() {
      const path = join(folder, `guarded-${randomBytes(16).toString("hex")}.part`);
      try {
        return new SpooledUpload(path, await open(path, "wx+", 0o600));
      } catch (error) {
        throw matrixError("STORE_FAILED", { cause: error });
      }
    },
    leftovers: () => readdirSync(folder).filter((name) => NAME.test(name)),
    async clear(leftovers) {
      for (const name of leftovers) await rm(join(folder, name), { force: true });
      return leftovers.length;
    },
  };
}

/** One upload in a temporary file. */
export class SpooledUpload implements UploadBody {
  readonly path: string;
  readonly #file: FileHandle;
  #sizeBytes = 0;

  constructor(path: string, file: FileHandle) {
    this.path = path;
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

  /** Takes the file away, whatever became of it. Never rejects: what is left is cleared at the next start. */
  async remove(): Promise<void> {
    await Promise.allSettled([this.#file.close(), unlink(this.path)]);
  }
}
