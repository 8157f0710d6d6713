import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { Readable } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createUpstream, type Upstream } from "../../../src/proxy/to-synapse.ts";
import { sendOn, streamBody } from "../../../src/proxy/stream-request.ts";
import type { BodySource } from "../../../src/util/bodies/body-source.ts";
import { portOf } from "../../http/support/bodies.ts";
import { RawConnection } from "../../http/support/raw-connection.ts";
import { expectNothingKept, isDoubted, startGuard, type GuardService } from "../support/guard-service.ts";

/** A body that comes in these pieces, whatever was said of its length. */
function bodyOf(...pieces: readonly string[]): BodySource {
  return {
    async read(sink) {
      for (const piece of pieces) await sink(Buffer.from(piece));
    },
  };
}

describe("What is written to Synapse", () => {
  const PASSAGE = { method: "POST", target: "/upload", headers: ["Host", "example.test"], purpose: "upload" } as const;
  let server: Server;
  let upstream: Upstream;
  let connections: { readonly socket: Socket; text: string }[];
  beforeEach(async () => {
    connections = [];
    server = createServer((socket) => {
      const connection = { socket, text: "" };
      connections.push(connection);
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        connection.text += chunk.toString("latin1");
        if (connection.text.endsWith("hello")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    upstream = createUpstream({
      url: `http://127.0.0.1:${portOf(server)}`,
      connectTimeoutMs: 5_000,
      maxConnections: 4,
      timeoutMs: 5_000,
    });
  });
  afterEach(async () => {
    await upstream.close();
    for (const { socket } of connections) socket.destroy();
    await once(server.close(), "close");
  });

  /** What came over each connection behind the head of its request. */
  const written = () => connections.map(({ text }) => text.slice(text.indexOf("\r\n\r\n") + 4));

  test("is a body of its declared length, however it comes", async () => {
    const { status } = await streamBody(upstream, PASSAGE, { source: bodyOf("he", "l", "lo"), sizeBytes: 5 });
    expect([status, written()]).toEqual([200, ["hello"]]);
    expect(connections[0]?.text).toMatch(/\r\ncontent-length: 5\r\n/i);
  });

  test.each([
    ["longer in its last piece", ["he", "llo GET /next"], "BODY_LENGTH_WRONG"],
    ["longer by a piece", ["hello", "GET /next"], "BODY_LENGTH_WRONG"],
    ["shorter", ["he", "ll"], "UPLOAD_INCOMPLETE"],
    ["empty", [], "UPLOAD_INCOMPLETE"],
  ])(
    "is never a body that turns out %s: its connection ends, and another one has the next request",
    async (...given) => {
      const [, pieces, code] = given;
      const outcome = streamBody(upstream, PASSAGE, { source: bodyOf(...pieces), sizeBytes: 5 });
      await expect(outcome).rejects.toMatchObject({ code, status: 400 });
      const [first] = connections;
      if (first && !first.socket.closed) await once(first.socket, "close");
      expect("hell".startsWith(written()[0] ?? "")).toBe(true);
      const next = await streamBody(upstream, PASSAGE, { source: bodyOf("hello"), sizeBytes: 5 });
      expect([next.status, written().at(-1)]).toEqual([200, "hello"]);
      expect(written().slice(0, -1).join("").length).toBeLessThan(5);
    },
  );

  test("is nothing at all of a request without a body to which one comes", async () => {
    const outcome = sendOn(upstream, PASSAGE, { source: bodyOf("GET /next"), sizeBytes: 0 });
    await expect(outcome).rejects.toMatchObject({ code: "BODY_LENGTH_WRONG", status: 400 });
    expect(connections).toEqual([]);
  });

  test.each([
    ["longer", "hello GET /next"],
    ["shorter", "hell"],
  ])("is never a stream %s than the head that it is given with", async (_what, text) => {
    const headers = [...PASSAGE.headers, "Content-Length", "5"];
    const outcome = (await upstream.turn("upload")).send({
      ...PASSAGE,
      headers,
      body: Readable.from([Buffer.from(text)]),
    });
    await expect(outcome).rejects.toMatchObject({ code: "BAD_REQUEST" });
    expect(written().join("").length).toBeLessThan(5);
  });
});

describe("A length that the head of a request hides behind a thousand other lines", () => {
  const FLOOD = Array.from({ length: 1_010 }, () => ["te", ""] as const);
  const HIDDEN = "GET /_matrix/media/v3/download/example.test/smuggled HTTP/1.1\r\nHost: example.test\r\n\r\n";
  const FRAMES = [
    ["Content-Length", [["Content-Length", String(HIDDEN.length)]], HIDDEN],
    ["chunked", [["Transfer-Encoding", "chunked"]], `${HIDDEN.length.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`],
  ] as const;
  let guard: GuardService;
  beforeAll(async () => {
    guard = await startGuard();
  });
  afterAll(() => guard.stop());

  test.each(
    FRAMES.flatMap(([framing, frame, body]) =>
      [
        ["POST", "/_matrix/media/v3/upload"],
        ["POST", "/_matrix/media/v1/create"],
        ["POST", "/_synapse/admin/v1/media/protect/abc"],
        ["PUT", "/_matrix/media/v3/upload/example.test/abc"],
        ["GET", "/_matrix/media/v3/download/example.test/abc"],
        ["GET", "/_matrix/media/v3/config"],
      ].map(([method = "", target = ""]) => ({ framing, frame, body, method, target })),
    ),
  )("is refused, and Synapse sees nothing of it: $method $target, $framing", async (given) => {
    const { method, target, frame, body } = given;
    guard.synapse.requests.length = 0;
    const headers = [["Authorization", "Bearer token-of-alice"] as const, ...FLOOD, ...frame];
    const answer = await RawConnection.ask(guard.service.port, { method, target, headers, body });
    expect([400, 431]).toContain(answer.status);
    expect(guard.synapse.requests).toEqual([]);
    expect(isDoubted(guard)).toBe(false);
  });

  test("leaves nothing behind", async () => {
    await expectNothingKept(guard);
    expect(isDoubted(guard)).toBe(false);
  });
});
