import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freeAfterWrite, giveAway } from "../../src/proxy/free-after-write.ts";

const PIECE_BYTES = 64 * 1024;
const received: Buffer[] = [];
const server = createServer((socket) => socket.on("data", (chunk: Buffer) => received.push(chunk)));
let socket: Socket;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  freeAfterWrite(socket);
  await once(socket, "connect");
});
afterAll(() => {
  socket.destroy();
  server.close();
});

test("a piece that was given away is freed once it is written, and arrives whole; any other stays", async () => {
  const [given, kept] = [Buffer.alloc(PIECE_BYTES, "g"), Buffer.alloc(PIECE_BYTES, "k")];
  giveAway(given);
  socket.write("head");
  socket.write(given);
  expect(given).toHaveLength(PIECE_BYTES);
  await new Promise<void>((resolve) => socket.write(kept, () => resolve()));
  expect(given).toHaveLength(0);
  expect(kept).toHaveLength(PIECE_BYTES);
  await expect.poll(() => Buffer.concat(received).length, { interval: 5 }).toBe(4 + 2 * PIECE_BYTES);
  expect(Buffer.concat(received).toString()).toBe(`head${"g".repeat(PIECE_BYTES)}${"k".repeat(PIECE_BYTES)}`);
});
