import { writeChunks } from "./chunks.ts";

/** Small enough for flat memory, large enough that the hand-over to a thread costs little. */
export const PIECE_BYTES = 256 * 1024;

/** Appends to an opened file in pieces: one on its way to the disk, one filling up, no more. */
export class PieceWriter {
  readonly #fd: number;
  #chunks: Buffer[];
  #chunksBytes: number;
  #writing: Promise<void> = Promise.resolve();

  constructor(fd: number, chunks: Buffer[], chunksBytes: number) {
    this.#fd = fd;
    this.#chunks = chunks;
    this.#chunksBytes = chunksBytes;
  }

  /** A returned promise is back-pressure; it rejects with the failure of an earlier piece. */
  write(chunk: Buffer): Promise<void> | void {
    this.#chunks.push(chunk);
    this.#chunksBytes += chunk.length;
    if (this.#chunksBytes >= PIECE_BYTES) return this.#startPiece();
  }

  /** Resolves when everything is written. */
  async finish(): Promise<void> {
    await this.#startPiece();
    await this.#writing;
  }

  /** Resolves when nothing is on its way any more, failed or not. */
  async stop(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  async #startPiece(): Promise<void> {
    await this.#writing;
    const piece = this.#chunks;
    this.#chunks = [];
    this.#chunksBytes = 0;
    this.#writing = writeChunks(this.#fd, piece);
    // The next call reports it; until then nobody listens.
    this.#writing.catch(() => {});
  }
}
