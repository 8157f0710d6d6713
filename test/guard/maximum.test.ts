import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { portOf } from "../http/support/bodies.ts";
import { isDoubted, startGuard, type GuardOptions, type GuardService } from "./support/guard-service.ts";
import { sendJson } from "./support/stub-synapse.ts";

const CONFIG = "/_matrix/client/v1/media/config";

let guard: GuardService;
let server: Server | undefined;
afterEach(async () => {
  await guard.stop();
  server?.close();
  server = undefined;
});

/** A guard that takes `max_upload_size`, without other limits. */
async function startWith(max_upload_size: number | string, options: GuardOptions = {}): Promise<void> {
  guard = await startGuard({ ...options, config: { max_upload_size, media_upload_limits: [], ...options.config } });
}

describe("m.upload.size of Synapse's configuration", () => {
  /** Written as no serializer of ours would. */
  const THEIRS = '{ "m.upload.size": 4711.0 , "org.example": {"a": 1} }';

  async function ask(): Promise<{ text: string; length: string | null }> {
    guard.synapse.behave = (req, res) =>
      void req
        .once("end", () =>
          res.writeHead(200, { "Content-Type": "application/json", "Content-Length": THEIRS.length }).end(THEIRS),
        )
        .resume();
    const answer = await guard.service.request(CONFIG, { as: "alice", headers: { "Accept-Encoding": "gzip" } });
    return { text: await answer.text(), length: answer.headers.get("content-length") };
  }

  test("is lowered to ours where that is smaller, and the rest of the answer stays", async () => {
    await startWith(1000);
    const { text, length } = await ask();
    expect(JSON.parse(text)).toEqual({ "m.upload.size": 1000, "org.example": { a: 1 } });
    expect(length).toBe(String(text.length));
    expect(guard.synapse.requests[0]?.headers["accept-encoding"]).toBeUndefined();
  });

  test.each([4711, "50M"])("is what Synapse says where ours is %s, byte for byte", async (ours) => {
    await startWith(ours);
    expect(await ask()).toEqual({ text: THEIRS, length: String(THEIRS.length) });
  });

  test("is left alone in a refusal", async () => {
    await startWith(1000);
    guard.synapse.behave = (_req, res) => sendJson(res, 401, { errcode: "M_UNKNOWN_TOKEN", "m.upload.size": 4711 });
    const answer = await guard.service.request(CONFIG, { as: "alice" });
    expect([answer.status, await answer.json()]).toEqual([401, { errcode: "M_UNKNOWN_TOKEN", "m.upload.size": 4711 }]);
  });
});

test("An upload that is too large here is 413 before Synapse is asked whether it knows the id", async () => {
  await startWith(1000);
  guard.synapse.behave = (_req, res) => sendJson(res, 404, { errcode: "M_NOT_FOUND" });
  const path = "/_matrix/media/v3/upload/example.test/notMadeThroughHere";
  const put = (bytes: number) =>
    guard.service.request(path, { method: "PUT", body: new Uint8Array(bytes), as: "alice" });
  expect((await put(1001)).status).toBe(413);
  expect(guard.synapse.requests).toEqual([]);
  expect((await put(1000)).status).toBe(404);
});

describe("An upload that is too large for Synapse alone", () => {
  test.each([
    ["small", 1_000],
    ["of a few pieces", 300_000],
    ["large", 20_000_000],
  ])("is answered with its early 413, though it reads no more and closes: a %s one", async (_size, bytes) => {
    const text = '{"errcode":"M_TOO_LARGE","error":"too large for Synapse"}';
    const head = `HTTP/1.1 413 Too Large\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n`;
    server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => {
        socket.pause();
        socket.write(head + text, () => socket.resetAndDestroy());
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    await startWith("50M", { mediaBridge: { upstream: { url: `http://127.0.0.1:${portOf(server)}` } } });
    for (let nth = 0; nth < 5; nth += 1) {
      expect(await guard.upload(Buffer.alloc(bytes))).toMatchObject({ status: 413, text });
    }
    expect(isDoubted(guard)).toBe(false);
  });

  test.each([
    ["before its end", 9_900_000, false],
    ["once it has all of it, which leaves a doubt", 0, true],
  ])("is answered 413 where Synapse cuts it off and says nothing: %s", async (_when, missing, isInDoubt) => {
    await startWith("50M");
    guard.synapse.behave = cutsOff(4711, missing);
    expect(await guard.upload(Buffer.alloc(BYTES))).toMatchObject({ status: 413 });
    expect(isDoubted(guard)).toBe(isInDoubt);
    const asked = guard.synapse.requests.find(({ method }) => method === "GET");
    expect(asked?.headers).toMatchObject({ authorization: "Bearer token-of-alice", "x-forwarded-for": "127.0.0.1" });
  });

  test("is answered 502 as ever where Synapse would have taken so much", async () => {
    await startWith("50M");
    guard.synapse.behave = cutsOff(BYTES, 0);
    expect(await guard.upload(Buffer.alloc(BYTES))).toMatchObject({ status: 502 });
    expect(isDoubted(guard)).toBe(true);
  });

  const BYTES = 10_000_000;

  /** Drops the connection of an upload of which so much is missing, and says that it takes `maximum`. */
  function cutsOff(maximum: number, missing: number): GuardService["synapse"]["behave"] {
    return (req, res) => {
      if (req.method === "GET") return sendJson(res, 200, { "m.upload.size": maximum });
      let left = BYTES - missing;
      req.on("data", (chunk: Buffer) => {
        left -= chunk.length;
        if (left <= 0) req.socket.resetAndDestroy();
      });
    };
  }
});
