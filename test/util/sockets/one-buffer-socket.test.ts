import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openOneBufferSocket } from "../../../src/util/sockets/one-buffer-socket.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-one-buffer-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A pipe: the descriptors that read and write it. */
function openPipe(): [reads: number, writes: number] {
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const reads = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return [reads, openSync(path, constants.O_WRONLY)];
}

test("What is read into one buffer arrives whole and in order, up to the end", async () => {
  const [reads, writes] = openPipe();
  const socket = openOneBufferSocket(reads);
  const chunks: Buffer[] = [];
  const places = new Set<ArrayBufferLike>();
  // A chunk is good only until the listener returns.
  socket.on("data", (chunk: Buffer) => {
    places.add(chunk.buffer);
    chunks.push(Buffer.from(chunk));
  });
  const sent: Buffer[] = [];
  for (const size of [1, 100, 30_000, 4_096, 7]) {
    const bytes = randomBytes(size);
    sent.push(bytes);
    writeSync(writes, bytes);
    await once(socket, "data");
  }
  closeSync(writes);
  await once(socket, "end");
  expect(Buffer.concat(chunks).equals(Buffer.concat(sent))).toBe(true);
  expect(places.size).toBe(1);
  socket.destroy();
});
