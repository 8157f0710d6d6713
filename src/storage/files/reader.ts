import { performance } from "node:perf_hooks";
import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { BlobReader } from "../../media/blobs.ts";
import { storeFailed } from "../failure.ts";
import { readInThread, type FsOperations, type OpenedFile } from "./fs-operations.ts";
import { givePiece, takePiece } from "./piece-pool.ts";

type Read = (fd: number, buffer: Buffer, position: number) => number | Promise<number>;

/**
 * Up to this size, a read is made like other short calls: on the event loop while the disk is fast. The operating
 * system reads this much ahead anyway.
 */
const SHORT_READ_BYTES = 128 * 1024;
/**
 * A piece that came within this time was in memory or nearly so, and the next one will be: no thread is needed to wait
 * for a disk.
 */
const IN_MEMORY_MS = 2;

/** An open file of the folder. */
export class FilesystemReader implements BlobReader {
  readonly size: number;
  readonly #fd: number;
  readonly #calls: () => FsOperations;
  /**
   * The read under way: until it ends, the descriptor must not be closed, because the next file could get the same
   * number.
   */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(file: OpenedFile, calls: () => FsOperations) {
    this.size = file.sizeBytes;
    this.#fd = file.fd;
    this.#calls = calls;
  }

  async read(start: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      filled += await this.#readSome(this.#readShort, buffer.subarray(filled), start + filled);
    }
    return buffer;
  }

  /** Pieces are recycled: `destination` must be done with a piece when it calls back, as sockets and responses are. */
  async pipe(destination: Writable, start: number, end: number): Promise<void> {
    let isInMemory = end - start < SHORT_READ_BYTES;
    const sink = new Sink(destination);
    let buffer = takePiece();
    let other: Buffer | undefined;
    try {
      for (let position = start; position <= end;) {
        const startedMs = performance.now();
        const read = isInMemory ? this.#readShort : readInThread;
        const bytes = await this.#readSome(read, buffer.subarray(0, end - position + 1), position);
        const tookMs = performance.now() - startedMs;
        // Without a thread there may be nothing to wait for in the whole file: let other work run.
        if (isInMemory && position > start) await setImmediate();
        isInMemory = tookMs < IN_MEMORY_MS;
        await sink.written();
        sink.write(buffer.subarray(0, bytes));
        position += bytes;
        if (position <= end) [buffer, other] = [other ?? takePiece(), buffer];
      }
      await sink.written();
      // Not after a failure: the destination may still hold one.
      givePiece(buffer);
      if (other !== undefined) givePiece(other);
    } finally {
      sink.release();
    }
  }

  async close(): Promise<void> {
    await this.#reading;
    await this.#calls().close(this.#fd);
  }

  readonly #readShort: Read = (...args) => this.#calls().read(...args);

  async #readSome(read: Read, buffer: Buffer, position: number): Promise<number> {
    let bytes: number;
    try {
      const reading = read(this.#fd, buffer, position);
      if (typeof reading === "number") bytes = reading;
      else {
        this.#reading = reading.catch(() => {});
        bytes = await reading;
      }
    } catch (error) {
      throw storeFailed(error);
    }
    if (bytes === 0) throw storeFailed(new Error("The file ends before its end was reached"));
    return bytes;
  }
}

/** A destination to which one piece at a time is written. */
class Sink {
  readonly #destination: Writable;
  #writing: Promise<void> = Promise.resolve();
  #fail: (error: Error) => void = () => {};

  constructor(destination: Writable) {
    this.#destination = destination;
    // A response whose client has left may never call back for what was written to it.
    destination.once("close", this.#onClose);
  }

  /** Call {@link written} before the next write: the piece is in use until then. */
  write(piece: Buffer): void {
    this.#writing = new Promise((resolve, reject) => {
      this.#fail = reject;
      if (this.#destination.closed || this.#destination.destroyed) this.#onClose();
      else this.#destination.write(piece, (error) => (error ? reject(error) : resolve()));
    });
    // `written` gets the error, but may only be called after the next read.
    this.#writing.catch(() => {});
  }

  written(): Promise<void> {
    return this.#writing;
  }

  release(): void {
    this.#destination.off("close", this.#onClose);
  }

  readonly #onClose = (): void => this.#fail(new Error("The destination closed before the file was written"));
}
