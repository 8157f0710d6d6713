import { once } from "node:events";
import { createServer as createHttpServer, get, type IncomingMessage } from "node:http";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freeAfterWrite, freeAllAfterWrite, giveAway } from "../../src/proxy/free-after-write.ts";

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

test.each([
  ["with a length", { "Content-Length": String(8 * PIECE_BYTES) }],
  ["in chunks", {}],
])("every piece of an answer %s is freed once it is written, and all arrive whole", async (_form, headers) => {
  const pieces = Array.from({ length: 8 }, (_item, index) => Buffer.alloc(PIECE_BYTES, String(index)));
  const lengths: number[] = [];
  const front = createHttpServer((_req, res) => {
    res.writeHead(200, headers);
    freeAllAfterWrite(res);
    void pipeline(Readable.from(pieces), res, { end: false }).then(() => res.end(() => res.emit("sent")));
    res.once("sent", () => lengths.push(...pieces.map(({ length }) => length)));
  }).listen(0, "127.0.0.1");
  await once(front, "listening");
  const [answer] = (await once(get({ port: (front.address() as AddressInfo).port }), "response")) as [IncomingMessage];
  const text = Buffer.concat(await answer.toArray()).toString();
  front.close();
  await once(front, "close");
  expect(text).toBe(Array.from({ length: 8 }, (_item, index) => String(index).repeat(PIECE_BYTES)).join(""));
  expect(lengths).toEqual(Array.from({ length: 8 }, () => 0));
});
