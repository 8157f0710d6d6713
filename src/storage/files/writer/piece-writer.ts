import { freeBuffer } from "../../../util/bodies/free-buffer.ts";
import { writeChunks } from "../chunks.ts";

/**
 * The size of a file that is held in memory before it is opened, and of a piece while many files are written: memory
 * counts then.
 */
export const PIECE_BYTES = 256 * 1024;
/**
 * The size of a piece while few files are written. Each piece costs a hand-over to a thread, so few large ones are
 * cheaper.
 */
const LARGE_PIECE_BYTES = 1024 * 1024;
/** How many files are written in large pieces at the same time. */
const MAX_LARGE = 8;

let largeWriters = 0;

/**
 * Appends to an open file in pieces: at most one is being written and one is filling up. Chunks are freed once they are
 * written.
 */
export class PieceWriter {
  readonly #fd: number;
  readonly #isLarge: boolean;
  #chunks: Buffer[];
  #chunksBytes: number;
  /** The piece that is being written; never rejects. */
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #hasEnded = false;

  /** End it with `finish` or `stop`. */
  constructor(fd: number, chunks: Buffer[], chunksBytes: number) {
    this.#fd = fd;
    this.#chunks = chunks;
    this.#chunksBytes = chunksBytes;
    this.#isLarge = largeWriters < MAX_LARGE;
    if (this.#isLarge) largeWriters += 1;
  }

  /** A returned promise is back-pressure; it rejects with the failure of an earlier piece. */
  write(chunk: Buffer): Promise<void> | void {
    this.#chunks.push(chunk);
    this.#chunksBytes += chunk.length;
    if (this.#chunksBytes < (this.#isLarge ? LARGE_PIECE_BYTES : PIECE_BYTES)) return;
    // While the disk keeps up, the caller does not wait.
    if (this.#writing === undefined && this.#failure === undefined) this.#startPiece();
    else return Promise.resolve(this.#writing).then(() => this.#startPiece());
  }

  /** Resolves when everything is written. */
  async finish(): Promise<void> {
    try {
      await this.#writing;
      this.#startPiece();
      await this.#writing;
      if (this.#failure) throw this.#failure.error;
    } finally {
      this.#end();
    }
  }

  /** Resolves when nothing is being written any more, failed or not. */
  async stop(): Promise<void> {
    this.#end();
    await this.#writing;
  }

  #startPiece(): void {
    if (this.#failure) throw this.#failure.error;
    const piece = this.#chunks;
    this.#chunks = [];
    this.#chunksBytes = 0;
    this.#writing = writeChunks(this.#fd, piece)
      .then(() => piece.forEach(freeBuffer))
      .catch((error: unknown) => void (this.#failure = { error }))
      .then(() => void (this.#writing = undefined));
  }

  #end(): void {
    if (!this.#hasEnded && this.#isLarge) largeWriters -= 1;
    this.#hasEnded = true;
  }
}
