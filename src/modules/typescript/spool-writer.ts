import { createHash } from "node:crypto";
import { open, rm, type FileHandle } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { WantedFile } from "../provider-parts.ts";

/** The spool cannot be written: this is not a provider's fault. */
export class SpoolFailed extends Error {
  override readonly name = "SpoolFailed";
}

/**
 * Writes what a provider returns to the spool, piece by piece and no faster than the disk takes it, and compares its
 * length and its hash. Rejects with a {@link SpoolFailed} where the disk fails, with the signal's reason once it is
 * aborted, with the provider's own failure, or with an Error that says which part is wrong.
 */
export async function writeSpool(
  body: AsyncIterable<Uint8Array>,
  { spoolPath, lengthBytes, sha256 }: WantedFile,
  signal: AbortSignal,
): Promise<void> {
  // A provider that answers past its end comes too late: what is there by now belongs to another attempt, or would never be removed.
  signal.throwIfAborted();
  const spool = await onDisk(openAnew(spoolPath));
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const pieces = body[Symbol.asyncIterator]();
  let isAtEnd = false;
  try {
    for (;;) {
      const next = await untilAborted(Promise.resolve(pieces.next()), signal);
      if (next.done === true) break;
      const piece: unknown = next.value;
      if (!(piece instanceof Uint8Array)) throw new TypeError("the provider gave a piece that is not a Uint8Array");
      sizeBytes += piece.length;
      if (sizeBytes > lengthBytes) throw new Error(`the provider gave more than the ${lengthBytes} bytes of the file`);
      hash.update(piece);
      await onDisk(writeAll(spool, piece));
      // Nothing was written, so nothing was waited for: empty pieces without end would keep the deadline from passing.
      if (piece.length === 0) await setImmediate();
    }
    isAtEnd = true;
  } finally {
    // With a provider that hangs this would never end.
    if (!isAtEnd) void Promise.resolve(pieces.return?.()).catch(() => undefined);
    await spool.close();
  }
  if (sizeBytes < lengthBytes)
    throw new Error(`the provider gave ${sizeBytes} of the ${lengthBytes} bytes of the file`);
  if (sha256 !== null && hash.digest("hex") !== sha256) {
    throw new Error("the provider gave other bytes than were uploaded: their SHA-256 differs");
  }
}

/** Settles as the promise does, or rejects with the signal's reason where it is aborted first. */
export async function untilAborted<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** A new file in every case: an attempt that was given up may still be writing to the old one. */
async function openAnew(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  return open(path, "wx");
}

async function writeAll(spool: FileHandle, piece: Uint8Array): Promise<void> {
  for (let written = 0; written < piece.length;) {
    const { bytesWritten } = await spool.write(piece, written);
    written += bytesWritten;
  }
}

async function onDisk<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw new SpoolFailed("a file that a storage provider gives back cannot be written", { cause: error });
  }
}
