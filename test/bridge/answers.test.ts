import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeFrame } from "../../src/bridge/transport/codec.ts";
import { Connection } from "../../src/bridge/transport/connection.ts";
import { FrameDecoder } from "../../src/bridge/transport/frame-decoder.ts";
import type { Handlers } from "../../src/bridge/transport/peer-requests.ts";
import { captureLog } from "../support/captured-log.ts";

let folder: string;
let sockets: Socket[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-answers-"));
  sockets = [];
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** A connection that answers by these handlers, and the peer's end of its socket. */
async function answering(requests: Handlers): Promise<{ ours: Socket; theirs: Socket }> {
  const path = join(folder, "channel.sock");
  const server = createServer().listen(path);
  await once(server, "listening");
  const theirs = connect(path);
  const [ours] = (await once(server, "connection")) as [Socket];
  server.close();
  sockets.push(ours, theirs);
  // The connection lives as long as its socket.
  void new Connection({ input: ours, output: ours, log: captureLog(), requests });
  return { ours, theirs };
}

/** Hands over what each write of a socket holds, decoded, when it is written. */
function watchWrites(socket: Socket, onWrite: (messages: unknown[]) => void): void {
  const write: (bytes: Buffer) => boolean = socket.write.bind(socket);
  socket.write = (bytes: string | Uint8Array) => {
    if (!Buffer.isBuffer(bytes)) throw new TypeError("a connection writes frames");
    const messages: unknown[] = [];
    new FrameDecoder((message) => messages.push(message)).push(bytes);
    onWrite(messages);
    return write(bytes);
  };
}

function ask(socket: Socket, ...methods: string[]): void {
  socket.write(Buffer.concat(methods.map((method, index) => encodeFrame([0, index + 1, method, null]))));
}

/** Resolves once so many messages have arrived. */
function received(socket: Socket, count: number): Promise<unknown[]> {
  return new Promise((resolve) => {
    const messages: unknown[] = [];
    const decoder = new FrameDecoder((message) => {
      messages.push(message);
      if (messages.length === count) resolve(messages);
    });
    socket.on("data", (chunk) => decoder.push(chunk));
  });
}

describe("The answers to requests that arrive together", () => {
  test("are one write, before the event loop turns, where no answer has to be waited for", async () => {
    let hasTurned = false;
    const { ours, theirs } = await answering({
      first: () => {
        setImmediate(() => (hasTurned = true));
        return 1;
      },
      fails: () => {
        throw new TypeError("no");
      },
      last: () => 3,
    });
    const writes: unknown[] = [];
    watchWrites(ours, (messages) => writes.push({ messages, hasTurned }));
    ask(theirs, "first", "fails", "last", "none");
    const host = { kind: "host", type: "TypeError", message: "no", traceback: "" };
    const unknown = { kind: "protocol", type: "UnknownMethod", message: "there is no such method" };
    const answers = [
      [1, 1, null, 1],
      [1, 2, host, null],
      [1, 3, null, 3],
      [1, 4, unknown, null],
    ];
    expect(await received(theirs, 4)).toEqual(answers);
    expect(writes).toEqual([{ messages: answers, hasTurned: false }]);
  });

  test("do not wait for one that is a promise", async () => {
    const waited = Promise.withResolvers<string>();
    const { ours, theirs } = await answering({
      later: () => waited.promise,
      soon: async () => "soon",
      now: () => "now",
    });
    const writes: unknown[][] = [];
    watchWrites(ours, (messages) => writes.push(messages));
    ask(theirs, "later", "soon", "now");
    await received(theirs, 2);
    expect(writes).toEqual([[[1, 3, null, "now"]], [[1, 2, null, "soon"]]]);
    waited.resolve("later");
    expect(await received(theirs, 1)).toEqual([[1, 1, null, "later"]]);
  });
});
