import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { performance } from "node:perf_hooks";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from "vitest";
import { localFile } from "../../../src/media-file.ts";
import type { BlobReader, BlobStore } from "../../../src/media/blobs.ts";
import { openFilesystemBlobs } from "../../../src/storage/files/filesystem-blobs.ts";
import type { DiskIo } from "../../../src/storage/files/disk-latency.ts";
import { createLogger } from "../../../src/util/log.ts";
import { storeBlob } from "../../contract/blobs/blob-bodies.ts";
import { createTemporaryFolder } from "../files/temporary-folder.ts";

const PIECE_BYTES = 256 * 1024;
const PIECES = 16;
const content = randomBytes(PIECES * PIECE_BYTES);
const readNow = fs.read as (...parameters: unknown[]) => void;
/** How long a disk takes for a piece that is not in memory. */
const DISK_MS = 5;

async function openLarge(io: DiskIo): Promise<BlobReader> {
  const log = createLogger("fatal");
  const store: BlobStore = openFilesystemBlobs({
    mediaStorePath: createTemporaryFolder(),
    log,
    io,
    durability: "relaxed",
  });
  await storeBlob(store, "large", content);
  const reader = await store.open(localFile("large"));
  if (reader === undefined) throw new Error("it was not stored");
  return reader;
}

/** Takes everything at once, as a socket does whose peer reads as fast. */
class Sink extends Writable {
  readonly pieces: Buffer[] = [];

  override _write(piece: Buffer, _encoding: BufferEncoding, taken: () => void): void {
    this.pieces.push(Buffer.from(piece));
    taken();
  }
}

describe("A large file", () => {
  let read: MockInstance;
  let readSync: MockInstance;
  beforeEach(() => {
    read = vi.spyOn(fs, "read");
    readSync = vi.spyOn(fs, "readSync");
  });
  afterEach(() => void vi.restoreAllMocks());

  test("A large file in memory is read without a thread once that is known", async () => {
    vi.spyOn(performance, "now").mockReturnValue(0);
    const reader = await openLarge("auto");
    const sink = new Sink();
    await reader.pipe(sink, 0, content.length - 1);
    await reader.close();
    expect(Buffer.concat(sink.pieces).equals(content)).toBe(true);
    expect([read.mock.calls.length, readSync.mock.calls.length]).toEqual([1, PIECES - 1]);
  });

  test("A large file on a disk that is known to be slow is read by threads alone", async () => {
    const reader = await openLarge("async");
    await reader.pipe(new Sink(), 0, content.length - 1);
    await reader.close();
    expect(readSync).not.toHaveBeenCalled();
  });

  test("leaves others their turn between two pieces", async () => {
    vi.spyOn(performance, "now").mockReturnValue(0);
    const reader = await openLarge("auto");
    let turns = 0;
    let next = setImmediate(function count() {
      turns += 1;
      next = setImmediate(count);
    });
    await reader.pipe(new Sink(), 0, content.length - 1);
    clearImmediate(next);
    await reader.close();
    expect(turns).toBeGreaterThanOrEqual(PIECES - 1);
  });

  test("Threads wait for a large file that the disk delivers slowly", async () => {
    const reader = await openLarge("auto");
    read.mockImplementation((...parameters: unknown[]) => void setTimeout(readNow, DISK_MS, ...parameters));
    const sink = new Sink();
    await reader.pipe(sink, 0, content.length - 1);
    await reader.close();
    expect(Buffer.concat(sink.pieces).equals(content)).toBe(true);
    expect(readSync).not.toHaveBeenCalled();
  });
});
