import fs from "node:fs";

/** Appends chunks to an open file through the thread pool, and repeats short writes until all is written. */
export async function writeChunks(fd: number, chunks: readonly Buffer[]): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) rest = dropBytes(rest, await writeSome(fd, rest));
}

function writeSome(fd: number, chunks: readonly Buffer[]): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.writev(fd, chunks, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}

/** What a short write has left over; nothing where the write took everything. */
export function dropBytes(chunks: readonly Buffer[], bytes: number): readonly Buffer[] {
  let left = bytes;
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(index + 1)];
    left -= chunk.length;
  }
  return [];
}
