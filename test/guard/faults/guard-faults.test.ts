import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { portOf } from "../../http/support/bodies.ts";
import { RawConnection } from "../../http/support/raw-connection.ts";
import {
  ALL,
  answerOf,
  expectNothingKept,
  isDoubted,
  LIMIT_BYTES,
  startGuard,
  type GuardService,
} from "../support/guard-service.ts";
import { answers, sendJson } from "../support/stub-synapse.ts";

const UPLOAD = "/_matrix/media/v3/upload";

let guard: GuardService;
const doNothing = (): void => undefined;
beforeEach(async () => {
  guard = await startGuard();
});
afterEach(() => guard.stop());

describe("Synapse's answer reaches the client as it is, and the reservation goes back", () => {
  test.each([
    ["413", answers(413, { errcode: "M_TOO_LARGE", error: "Upload request body is too large" })],
    ["403", answers(403, { errcode: "M_USER_LIMIT_EXCEEDED", error: "Synapse's own limit", info_uri: "https://x" })],
    ["429", answers(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 2000 }, { "Retry-After": "2" })],
    ["401", answers(401, { errcode: "M_UNKNOWN_TOKEN", error: "Invalid access token", soft_logout: true })],
    ["409", answers(409, { errcode: "M_CANNOT_OVERWRITE_MEDIA", error: "no" })],
  ])("%s, without a doubt", async (status, behaviour) => {
    guard.synapse.behave = behaviour;
    const answer = await guard.upload("hello");
    expect(answer.status).toBe(Number(status));
    expect(answer.text).toContain("errcode");
    expect(answer.headers.get("retry-after")).toBe(status === "429" ? "2" : null);
    expect(isDoubted(guard)).toBe(false);
    await expectNothingKept(guard);
  });

  test("500: it may have stored it before it failed", async () => {
    guard.synapse.behave = answers(500, { errcode: "M_UNKNOWN", error: "Internal server error" });
    expect(await guard.upload("hello")).toMatchObject({ status: 500 });
    expect(isDoubted(guard)).toBe(true);
    await expectNothingKept(guard);
  });

  test("HTML of a proxy in between", async () => {
    guard.synapse.behave = (req, res) =>
      void req.once("end", () => res.writeHead(504, { "Content-Type": "text/html" }).end("<h1>504</h1>"));
    const answer = await guard.upload("hello");
    expect([answer.status, answer.headers.get("content-type"), answer.text]).toEqual([
      504,
      "text/html",
      "<h1>504</h1>",
    ]);
    expect(isDoubted(guard)).toBe(true);
    await expectNothingKept(guard);
  });

  test("a redirect, which is not followed", async () => {
    guard.synapse.behave = (req, res) =>
      void req.once("end", () => res.writeHead(307, { Location: "https://elsewhere.test/" }).end());
    const answer = await guard.upload("hello");
    expect([answer.status, answer.headers.get("location")]).toEqual([307, "https://elsewhere.test/"]);
    expect(guard.synapse.uploads).toHaveLength(1);
    await expectNothingKept(guard);
  });

  test("an answer before the body is whole: the client sees it, and no reset", async () => {
    // It reads on: a server that closes at once resets the connection, and whether its answer comes through is a matter
    // of luck.
    guard.synapse.behave = (_req, res) => sendJson(res, 429, { errcode: "M_LIMIT_EXCEEDED" });
    const connection = await RawConnection.open(guard.service.port);
    const headers = [
      ["Authorization", "Bearer token-of-alice"],
      ["Content-Length", String(LIMIT_BYTES)],
      ["Connection", "close"],
    ] as const;
    connection.send({ method: "POST", target: UPLOAD, headers });
    await connection.write(ALL.subarray(0, 500_000));
    expect((await connection.answer()).status).toBe(429);
    await connection.write(ALL.subarray(500_000));
    expect(await connection.closed).toBe("closed");
    expect(isDoubted(guard)).toBe(false);
    await expectNothingKept(guard);
  });
});

/** Sent in one piece, and as it comes. */
const BODIES = [
  ["a small body", "hello"],
  ["a large body", ALL.subarray(0, 500_000)],
] as const;

describe.each(BODIES)("For %s, a success that cannot be one is answered 502, and leaves a doubt", (_size, body) => {
  test.each([
    ["HTML", "text/html", "<p>hello</p>"],
    ["no content_uri", "application/json", "{}"],
    ["an id that is not one", "application/json", '{"content_uri":"mxc://example.test/../../etc"}'],
    ["nothing", "application/json", ""],
    [
      "more than any answer",
      "application/json",
      JSON.stringify({ content_uri: "mxc://example.test/Long", more: "x".repeat(2 ** 20) }),
    ],
  ])("%s", async (_what, type, text) => {
    guard.synapse.behave = (req, res) =>
      void req.once("end", () => res.writeHead(200, { "Content-Type": type }).end(text));
    const answer = await guard.upload(body);
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([502, { errcode: "M_UNKNOWN" }]);
    expect(isDoubted(guard)).toBe(true);
    await expectNothingKept(guard);
  });

  test("A success that is cut short is answered 502, and leaves a doubt", async () => {
    guard.synapse.behave = (req, res) =>
      void req.once("end", () => {
        res.writeHead(200, { "Content-Length": "1000" }).write("{", () => req.socket.destroy());
      });
    expect(await guard.upload(body)).toMatchObject({ status: 502 });
    expect(isDoubted(guard)).toBe(true);
    await expectNothingKept(guard);
  });
});

describe.each(BODIES)("For %s", (_size, body) => {
  test("an interim answer (1xx) is not taken for the answer", async () => {
    guard.synapse.behave = (req, res) => {
      res.writeEarlyHints({ link: "</style.css>; rel=preload" });
      void req.once("end", () => sendJson(res, 413, { errcode: "M_TOO_LARGE", error: "too large" }));
    };
    expect(await guard.upload(body)).toMatchObject({ status: 413, text: expect.stringContaining("M_TOO_LARGE") });
    expect(isDoubted(guard)).toBe(false);
    await expectNothingKept(guard);
  });

  test("a header of an answer reaches the client as it came, however often it is there", async () => {
    guard.synapse.behave = (req, res) =>
      void req.once("end", () =>
        res.writeHead(429, ["X-Twice", "one", "X-Twice", "caf\xe9"]).end('{"errcode":"M_LIMIT_EXCEEDED"}'),
      );
    expect((await guard.upload(body)).headers.get("x-twice")).toBe("one, caf\xe9");
  });
});

describe("A success that cannot be one is answered 502", () => {
  test("a success before the body was sent", async () => {
    guard.synapse.behave = (_req, res) => sendJson(res, 200, { content_uri: "mxc://example.test/Early" });
    const request = guard.open({ "Content-Length": String(LIMIT_BYTES) });
    request.write(ALL.subarray(0, 500_000));
    const answer = await answerOf(request);
    expect(answer.status).toBe(502);
    request.destroy();
    await expectNothingKept(guard);
  });
});

describe("Synapse that fails", () => {
  test("is down: 502 at once, without a doubt", async () => {
    const { port } = guard.synapse;
    await guard.synapse.stop();
    expect(await guard.upload("hello")).toMatchObject({ status: 502 });
    expect(isDoubted(guard)).toBe(false);
    await vi.waitFor(() => expect(guard.rows("select * from media_bridge_upstream_pending")).toEqual([]));
    expect(port).toBeGreaterThan(0);
  });

  test("drops the connection half way through the body: 502, nothing is sent again", async () => {
    guard.synapse.behave = (req, res, seen) => {
      // The guard asks for the maximum before it answers.
      if (req.method === "GET") guard.synapse.likeSynapse(req, res, seen);
      else req.once("data", () => req.destroy());
    };
    const request = guard.open({ "Content-Length": String(LIMIT_BYTES) });
    const answer = answerOf(request);
    request.write(ALL.subarray(0, 500_000));
    expect((await answer).status).toBe(502);
    request.destroy();
    expect(guard.synapse.uploads).toHaveLength(1);
    expect(isDoubted(guard)).toBe(false);
    await expectNothingKept(guard);
  });

  test("drops the connection after the body: 502 and a doubt, nothing is sent again", async () => {
    guard.synapse.behave = (req) => void req.once("end", () => req.socket.destroy());
    expect(await guard.upload("hello")).toMatchObject({ status: 502 });
    expect(guard.synapse.uploads).toHaveLength(1);
    expect(isDoubted(guard)).toBe(true);
    await expectNothingKept(guard);
  });

  test("talks something else than HTTP: 502", async () => {
    const other = createServer((socket) => void socket.on("error", () => undefined).end("SSH-2.0-hello\r\n"));
    await once(other.listen(0, "127.0.0.1"), "listening");
    const second = await startGuard({ mediaBridge: { upstream: { url: `http://127.0.0.1:${portOf(other)}` } } });
    expect(await second.upload("hello")).toMatchObject({ status: 502 });
    await second.stop();
    other.close();
  });
});

describe("Synapse that does nothing", () => {
  beforeEach(async () => {
    await guard.stop();
    guard = await startGuard({ timeoutMs: 300 });
  });

  test("does not answer: 504 and a doubt", async () => {
    guard.synapse.behave = () => undefined;
    expect(await guard.upload("hello")).toMatchObject({ status: 504 });
    expect(isDoubted(guard)).toBe(true);
    await expectNothingKept(guard);
  });

  test("takes nothing of the body: 504, and Synapse's request is ended", async () => {
    await guard.stop();
    guard = await startGuard({ timeoutMs: 300, config: { max_upload_size: "60M", media_upload_limits: [] } });
    let goOn = doNothing;
    guard.synapse.behave = (req) => {
      req.pause();
      goOn = () => void req.resume();
    };
    const { status } = await guard.upload(Buffer.alloc(50_000_000));
    expect(status).toBe(504);
    // A paused socket does not see its end.
    goOn();
    await guard.synapse.seen(({ end }) => end === "broken");
    expect(isDoubted(guard)).toBe(false);
  });

  test("may take longer than its time for a body, as long as it takes some of it", async () => {
    await guard.stop();
    guard = await startGuard({ timeoutMs: 1000, config: { max_upload_size: "60M", media_upload_limits: [] } });
    guard.synapse.behave = (req, res, seen) => {
      req.on("data", () => {
        req.pause();
        setTimeout(() => req.resume(), 4);
      });
      guard.synapse.likeSynapse(req, res, seen);
    };
    const started = performance.now();
    expect((await guard.upload(Buffer.alloc(40_000_000))).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(1000);
  });
});
