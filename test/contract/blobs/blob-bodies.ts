import { Writable } from "node:stream";
import { localFile } from "../../../src/media-file.ts";
import type { BlobStore, BlobWriter, StagedUpload } from "../../../src/media/blobs.ts";

const KIB = 1024;

/** Stores a body, in chunks as a socket brings them. Resolves to where its local file was. */
export async function storeBlob(
  store: BlobStore,
  mediaId: string,
  body: Buffer,
  chunkBytes = 64 * KIB,
): Promise<string> {
  const writer = store.create(mediaId);
  await writeChunks(writer.write.bind(writer), body, chunkBytes);
  const staged = await publishBlob(writer);
  const path = await staged.localPath();
  await staged.settle();
  return path;
}

/** Stages and publishes what was written; rejects as these do. */
export async function publishBlob(writer: BlobWriter): Promise<StagedUpload> {
  const staged = await writer.stage();
  await staged.publish();
  return staged;
}

/** Hands a body over piece by piece, each a copy, since the writer owns what it is given. */
export async function writeChunks(
  write: (chunk: Buffer) => Promise<void> | void,
  body: Buffer,
  chunkBytes = 64 * KIB,
): Promise<void> {
  for (let at = 0; at < body.length; at += chunkBytes) await write(Buffer.from(body.subarray(at, at + chunkBytes)));
}

/** The whole file; throws where it is missing. */
export async function readBlob(store: BlobStore, mediaId: string): Promise<Buffer> {
  const reader = await store.open(localFile(mediaId));
  if (reader === undefined) throw new Error(`no file of ${mediaId}`);
  try {
    return await reader.read(0, reader.size);
  } finally {
    await reader.close();
  }
}

/** A destination that takes its time and is done with a piece when it calls back, as a socket is. */
export function collectPieces(): { destination: Writable; received: Buffer[] } {
  const received: Buffer[] = [];
  const destination = new Writable({
    write(piece: Buffer, _encoding, callback) {
      setImmediate(() => {
        received.push(Buffer.from(piece));
        callback();
      });
    },
  });
  return { destination, received };
}
