import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { RawConnection } from "../../http/support/raw-connection.ts";
import { startGuard, type GuardService } from "../support/guard-service.ts";
import type { Behaviour } from "../support/stub-synapse.ts";

const DOWNLOAD = "/_matrix/client/v1/media/download/example.test/abc";

let guard: GuardService;
const doNothing = (): void => undefined;
beforeAll(async () => {
  guard = await startGuard({ timeoutMs: 2000 });
});
beforeEach(() => {
  guard.synapse.requests.length = 0;
});
afterAll(() => guard.stop());

/** Answers with its own words, whatever was asked. */
function says(status: number, headers: Record<string, string | string[]>, body: string | Buffer = ""): Behaviour {
  return (req, res) => void req.on("end", () => res.writeHead(status, headers).end(body)).resume();
}

describe("What is not an upload is handed to Synapse as it is", () => {
  test.each([
    ["GET", "/_matrix/client/v1/media/download/example.test/abc/name%20with%2Fslash?timeout_ms=1000"],
    ["HEAD", "/_matrix/media/v3/download/example.test/abc"],
    ["GET", "/_matrix/client/v1/media/thumbnail/elsewhere.test/abc?width=32&height=32&method=crop"],
    ["GET", "/_matrix/client/v1/media/preview_url?url=https%3A%2F%2Fexample.org"],
    ["GET", "/_matrix/media/r0/preview_url"],
    ["GET", "/_matrix/federation/v1/media/download/abc"],
    ["GET", "/_matrix/client/unstable/org.matrix.msc3916/media/download/example.test/abc"],
    ["POST", "/_synapse/admin/v1/media/quarantine/example.test/abc"],
    ["DELETE", "/_synapse/admin/v1/media/example.test/abc"],
    ["GET", "/_synapse/admin/v1/users/@alice:example.test/media"],
    ["POST", "/_synapse/admin/v1/purge_media_cache?before_ts=1"],
    ["PATCH", "/_matrix/media/v3/something/new"],
  ])("%s %s", async (method, path) => {
    guard.synapse.behave = says(200, { "Content-Type": "text/plain" }, "from Synapse");
    const answer = await guard.service.request(path, { method, headers: { Authorization: "Bearer whatever" } });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe(method === "HEAD" ? "" : "from Synapse");
    expect(guard.synapse.requests).toMatchObject([
      { method, url: path, headers: { authorization: "Bearer whatever" } },
    ]);
  });

  test("statuses, repeated headers and their case", async () => {
    guard.synapse.behave = says(
      418,
      { "X-Odd": ["one", "two"], ETag: '"x"', Server: "Synapse", "Content-Length": "2" },
      "hi",
    );
    const connection = await RawConnection.open(guard.service.port);
    let text = "";
    connection.socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
    connection.send({ method: "GET", target: DOWNLOAD });
    const answer = await connection.answer();
    expect(answer.headers["x-odd"]).toBe("one, two");
    expect(text).toMatch(/^HTTP\/1\.1 418 I'm a Teapot\r\n/);
    expect(text).toContain('\r\nETag: "x"\r\n');
    connection.socket.destroy();
  });

  test("ranges, conditions and 304", async () => {
    guard.synapse.behave = says(206, { "Content-Range": "bytes 2-3/10" }, "ab");
    const headers = { Range: "bytes=2-3", "If-None-Match": '"x"', "Accept-Encoding": "br" };
    const answer = await guard.service.request(DOWNLOAD, { headers });
    expect([answer.status, answer.headers.get("content-range")]).toEqual([206, "bytes 2-3/10"]);
    expect(guard.synapse.requests[0]?.headers).toMatchObject({ range: "bytes=2-3", "if-none-match": '"x"' });
    guard.synapse.behave = says(304, { ETag: '"x"' });
    expect((await guard.service.request(DOWNLOAD)).status).toBe(304);
  });

  test("a redirect, which is the client's to follow", async () => {
    guard.synapse.behave = says(307, { Location: "https://cdn.test/abc" });
    const answer = await guard.service.request(DOWNLOAD);
    expect([answer.status, answer.headers.get("location")]).toEqual([307, "https://cdn.test/abc"]);
    expect(guard.synapse.requests).toHaveLength(1);
  });

  test("a body that is compressed stays so", async () => {
    guard.synapse.behave = says(200, { "Content-Encoding": "gzip" }, "not really gzip");
    const { body } = await RawConnection.ask(guard.service.port, { method: "GET", target: DOWNLOAD });
    expect(body.toString()).toBe("not really gzip");
  });

  test("headers of one connection stay there, and so does what a Connection header names", async () => {
    guard.synapse.behave = says(200, { "Proxy-Authenticate": "Basic", "X-Kept": "1" }, "ok");
    const headers = [
      ["Connection", "keep-alive, X-Private, Authorization"],
      ["X-Private", "1"],
      ["Authorization", "Bearer t"],
      ["TE", "trailers"],
      ["X-Public", "2"],
    ] as const;
    const answer = await RawConnection.ask(guard.service.port, { method: "GET", target: DOWNLOAD, headers });
    expect(answer.headers).toMatchObject({ "x-kept": "1" });
    expect(answer.headers["proxy-authenticate"]).toBeUndefined();
    const seen = guard.synapse.requests[0]?.headers ?? {};
    expect(seen).toMatchObject({ "x-public": "2", authorization: "Bearer t", host: "example.test" });
    expect([seen["x-private"], seen.te]).toEqual([undefined, undefined]);
  });

  test("a target with scheme and host is one of ours all the same", async () => {
    guard.synapse.behave = says(200, {}, "ok");
    await RawConnection.ask(guard.service.port, { method: "GET", target: `http://elsewhere.test${DOWNLOAD}?x=1` });
    expect(guard.synapse.requests).toMatchObject([{ url: `${DOWNLOAD}?x=1` }]);
  });
});

describe("The client's address", () => {
  const claimed = { "X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https", Forwarded: "for=1.2.3.4" };

  test("is what we see, whatever the client claims", async () => {
    guard.synapse.behave = says(200, {}, "ok");
    await guard.service.request(DOWNLOAD, { headers: claimed });
    const seen = guard.synapse.requests[0]?.headers ?? {};
    expect(seen["x-forwarded-for"]).toBe("127.0.0.1");
    expect([seen["x-forwarded-proto"], seen["forwarded"]]).toEqual([undefined, undefined]);
  });

  test("is what the proxy in front says, where it is believed", async () => {
    const behind = await startGuard({ xForwarded: true });
    behind.synapse.behave = says(200, {}, "ok");
    await behind.service.request(DOWNLOAD, { headers: claimed });
    expect(behind.synapse.requests[0]?.headers).toMatchObject({
      "x-forwarded-for": "1.2.3.4",
      "x-forwarded-proto": "https",
    });
    await behind.stop();
  });
});

describe("Bodies are streamed", () => {
  test("a download reaches the client while Synapse is still sending it", async () => {
    let goOn = doNothing;
    guard.synapse.behave = (_req, res) => {
      res.writeHead(200, { "Content-Length": "10" }).write("first");
      goOn = () => res.end("after");
    };
    const answer = await guard.service.request(DOWNLOAD);
    const reader = answer.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("first");
    goOn();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("after");
  });

  test("a body of a request reaches Synapse while the client is still sending it", async () => {
    guard.synapse.behave = says(200, {}, "ok");
    const connection = await RawConnection.open(guard.service.port);
    const headers = [["Transfer-Encoding", "chunked"]] as const;
    connection.send({ method: "POST", target: "/_synapse/admin/v1/media/protect/abc", headers });
    await connection.write("5\r\nfirst\r\n");
    await guard.synapse.seen(({ body }) => body.toString() === "first");
    await connection.write("5\r\nafter\r\n0\r\n\r\n");
    expect((await connection.answer()).status).toBe(200);
    expect(guard.synapse.requests[0]?.body.toString()).toBe("firstafter");
    connection.socket.destroy();
  });

  test("40 MB come through byte for byte", async () => {
    const content = randomBytes(40_000_000);
    guard.synapse.behave = says(200, {}, content);
    const answer = await guard.service.request(DOWNLOAD);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
  });

  test("a client that leaves ends Synapse's answer", async () => {
    let ended: Promise<unknown> = Promise.resolve();
    guard.synapse.behave = (_req, res) => {
      ended = once(res, "close");
      res.writeHead(200).write("first");
    };
    const controller = new AbortController();
    const answer = await guard.service.request(DOWNLOAD, { signal: controller.signal });
    expect(answer.status).toBe(200);
    controller.abort();
    expect(await ended).toEqual([]);
  });

  test("a client that leaves before the answer ends Synapse's request", async () => {
    guard.synapse.behave = () => undefined;
    const connection = await RawConnection.open(guard.service.port);
    connection.send({ method: "GET", target: DOWNLOAD });
    const seen = await guard.synapse.seen(() => true);
    connection.socket.destroy();
    expect(await guard.synapse.seen((request) => request === seen && request.end !== undefined)).toBe(seen);
  });

  test("an answer that breaks off breaks off for the client too", async () => {
    guard.synapse.behave = (req, res) =>
      res.writeHead(200, { "Content-Length": "10" }).write("half", () => req.socket.destroy());
    const answer = await guard.service.request(DOWNLOAD);
    await expect(answer.text()).rejects.toThrow("terminated");
  });
});

describe("Faults", () => {
  test("Synapse that does not answer: 504", async () => {
    guard.synapse.behave = () => undefined;
    expect((await guard.service.request(DOWNLOAD)).status).toBe(504);
  });

  test("Synapse that is down: 502, in Matrix form", async () => {
    const down = await startGuard();
    await down.synapse.stop();
    const answer = await down.service.request(DOWNLOAD);
    expect([answer.status, await answer.json()]).toMatchObject([502, { errcode: "M_UNKNOWN" }]);
    await down.stop();
  });

  test("a reason phrase that cannot be handed on is left out, and its connection is free for others", async () => {
    const few = await startGuard({ mediaBridge: { upstream: { max_connections: 2, connect_timeout: 300 } } });
    few.synapse.behave = ({ socket }) => void socket.end("HTTP/1.1 200 \u20ac\r\nContent-Length: 2\r\n\r\nok");
    for (let request = 1; request <= 3; request += 1) {
      const answer = await few.service.request(DOWNLOAD);
      expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
    }
    await few.stop();
  });
});
