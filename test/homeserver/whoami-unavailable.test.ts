import { createServer, type Server } from "node:net";
import { EventEmitter, once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InProcessKnownUsers } from "../../src/coordination/in-process-known-users.ts";
import { createWhoamiAuthenticator, type WhoamiAuthenticator } from "../../src/homeserver/who/whoami.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";
import { json, startStubHomeserver, urlOf, type Answer, type StubHomeserver } from "./stub-homeserver.ts";

const TOKEN = "syt_secret_of_alice";
const UNAVAILABLE = { name: "MatrixError", code: "HOMESERVER_UNAVAILABLE", status: 503, errcode: "M_UNKNOWN" };
const USER = '{"user_id":"@alice:hs.test"}';

let homeserver: StubHomeserver;
let authenticator: WhoamiAuthenticator;
let log: CapturedLog;
let nowMs = 0;

beforeEach(async () => {
  homeserver = await startStubHomeserver();
  log = captureLog();
  nowMs = 0;
  authenticator = connect(homeserver.url);
});
afterEach(async () => {
  await authenticator.close();
  await homeserver.stop();
});

function connect(url: string, timeoutMs = 5000): WhoamiAuthenticator {
  return createWhoamiAuthenticator({
    url,
    log,
    serverName: "hs.test",
    known: new InProcessKnownUsers(),
    timeoutMs,
    now: () => nowMs,
  });
}

const ask = async (from = authenticator) => from.whoIs({ token: TOKEN });

const send =
  (status: number, body: string | Buffer, headers: Record<string, string | number> = {}): Answer =>
  (res) =>
    void res.writeHead(status, headers).end(body);

describe("is unavailable, and nothing is kept, after", () => {
  test.each<[string, Answer, string]>([
    ["404", json(404, { errcode: "M_UNRECOGNIZED" }), "status 404 M_UNRECOGNIZED"],
    ["400 with HTML", send(400, "<html>"), "status 400"],
    ["429", json(429, { errcode: "M_LIMIT_EXCEEDED" }), "status 429 M_LIMIT_EXCEEDED"],
    ["500", json(500, { errcode: "M_UNKNOWN_TOKEN" }), "status 500 M_UNKNOWN_TOKEN"],
    ["502 with HTML", send(502, "<html>"), "status 502"],
    ["204", send(204, ""), "status 204"],
    ["a redirect", send(302, USER, { Location: "/elsewhere" }), "status 302"],
    ["401 with HTML", send(401, "<html>"), "status 401"],
    ["401 without an errcode", json(401, { error: "no" }), "status 401"],
    ["401 with an errcode that is not text", json(401, { errcode: 7 }), "status 401"],
    ["401 with a list", json(401, ["M_UNKNOWN_TOKEN"]), "status 401"],
    [
      "401 that is not UTF-8",
      send(401, Buffer.from('{"errcode":"M_UNKNOWN_TOKEN","error":"\xff"}', "latin1")),
      "status 401",
    ],
    ["403 with half a JSON", json(403, '{"errcode":"M_FORB'), "status 403"],
    ["an empty 200", send(200, ""), "without a valid the body"],
    ["200 with HTML", send(200, "<html>"), "without a valid the body"],
    ["200 with null", json(200, "null"), "without a valid the body"],
    ["200 without user_id", json(200, { device_id: "D" }), "without a valid user_id"],
    ["200 with a user_id that is not text", json(200, { user_id: ["@alice:hs.test"] }), "without a valid user_id"],
    ["200 with a user_id that is not valid", json(200, { user_id: "alice" }), "without a valid user_id"],
    ["200 with a user_id too long", json(200, { user_id: `@${"a".repeat(250)}:hs.test` }), "without a valid user_id"],
    [
      "200 with is_guest that is not a boolean",
      json(200, { user_id: "@a:hs.test", is_guest: "true" }),
      "valid is_guest",
    ],
    [
      "200 with more than 64 KiB",
      json(200, { user_id: "@a:hs.test", fill: "a".repeat(65_536) }),
      "more than 65536 bytes",
    ],
    ["a dropped connection", (res) => void res.destroy(), "UND_ERR_SOCKET"],
    ["half a body", (res) => void res.writeHead(200, { "Content-Length": 99 }).write(USER, () => res.destroy()), ": "],
    [
      "an answer that is not HTTP",
      (res) => void res.socket?.end(`echo ${TOKEN}\r\n\r\n`),
      "does not match the HTTP/1.1 protocol",
    ],
  ])("%s", async (_name, answer, reason) => {
    homeserver.answer = answer;
    await expect(ask()).rejects.toMatchObject({ ...UNAVAILABLE, headers: { "Retry-After": "5" } });
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toMatchObject({ level: "warn", facts: { reason: expect.stringContaining(reason) } });
    homeserver.answer = json(200, USER);
    expect(await ask()).toMatchObject({ userId: "@alice:hs.test" });
    expect(homeserver.requests.every(({ url }) => url?.endsWith("/whoami"))).toBe(true);
  });
});

describe("is unavailable", () => {
  test("The homeserver is unavailable when its answer does not start in time", async () => {
    const slow = connect(homeserver.url, 100);
    homeserver.answer = () => undefined;
    await expect(ask(slow)).rejects.toMatchObject(UNAVAILABLE);
    expect(log.lines[0]?.facts).toMatchObject({ code: "HOMESERVER_TIMEOUT", reason: "no answer within 100 ms" });
    await slow.close();
  });

  test("The homeserver is unavailable when the body of its answer does not end in time, however steadily it drips", async () => {
    const slow = connect(homeserver.url, 200);
    homeserver.answer = (res) => {
      res.writeHead(200).write("{");
      const drip = setInterval(() => res.write(" "), 20);
      res.once("close", () => clearInterval(drip));
    };
    await expect(ask(slow)).rejects.toMatchObject(UNAVAILABLE);
    expect(log.lines[0]?.facts).toMatchObject({ code: "HOMESERVER_TIMEOUT" });
    await slow.close();
  });

  test("The homeserver is unavailable when its port is closed, or it does not speak TLS", async () => {
    const gone = await startStubHomeserver();
    await gone.stop();
    const refused = connect(gone.url);
    await expect(ask(refused)).rejects.toMatchObject(UNAVAILABLE);
    expect(log.lines[0]?.facts).toMatchObject({ reason: expect.stringContaining("ECONNREFUSED") });
    await refused.close();
    const tls = connect(homeserver.url.replace("http:", "https:"));
    await expect(ask(tls)).rejects.toMatchObject(UNAVAILABLE);
    expect(homeserver.requests).toHaveLength(0);
    await tls.close();
  });

  test("An authenticator is unavailable once it is closed", async () => {
    await ask();
    await authenticator.close();
    await expect(async () => authenticator.whoIs({ token: "another" })).rejects.toMatchObject(UNAVAILABLE);
    authenticator = connect(homeserver.url);
  });
});

test.each<[string, number, string, Record<string, string>, string]>([
  ["the header", 503, "<html>", { "Retry-After": "17" }, "17"],
  ["retry_after_ms", 429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":2100}', {}, "3"],
  ["the header before retry_after_ms", 429, '{"retry_after_ms":2100}', { "Retry-After": "9" }, "9"],
  ["neither, when it is not a number", 503, "", { "Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT" }, "5"],
  ["neither, when it is far off", 503, "", { "Retry-After": "86400" }, "5"],
  ["neither, when it is not positive", 429, '{"retry_after_ms":-1}', {}, "5"],
])("Retry-After comes from %s", async (_name, status, body, headers, expected) => {
  homeserver.answer = json(status, body, headers);
  await expect(ask()).rejects.toMatchObject({ ...UNAVAILABLE, headers: { "Retry-After": expected } });
});

test("a kept connection that turns out to be closed does not count as a failure", async () => {
  await ask();
  let dropped = 0;
  homeserver.answer = (res, req) => {
    if (dropped++ === 0) res.socket?.destroy();
    else json(200, { user_id: "@bob:hs.test" })(res, req);
  };
  expect(await authenticator.whoIs({ token: "another" })).toMatchObject({ userId: "@bob:hs.test" });
  expect(log.lines).toHaveLength(0);
});

test("failures share a line in the log: one in ten seconds, with the number of those in between", async () => {
  homeserver.answer = send(500, "");
  for (const atMs of [0, 1, 5000, 9999, 10_000]) {
    nowMs = atMs;
    await expect(ask()).rejects.toMatchObject(UNAVAILABLE);
  }
  expect(log.lines.map(({ facts }) => facts["unreported"])).toEqual([0, 3]);
});

test("close waits for a question under way and lets go of the connections", async () => {
  const own = connect(homeserver.url);
  const asked = new EventEmitter();
  const seen = once(asked, "question");
  homeserver.answer = (res, req) => void asked.emit("question", res, req);
  const pending = ask(own);
  const [res, req] = await seen;
  const closed = own.close();
  json(200, USER)(res, req);
  expect(await pending).toMatchObject({ userId: "@alice:hs.test" });
  await closed;
});

describe("the token is in no line of the log and in no error", () => {
  let echo: Server;
  beforeEach(async () => {
    // A server that sends back what it gets, at first glance as HTTP.
    echo = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (bytes) => socket.end(Buffer.concat([prefix, bytes])));
    });
    echo.listen(0, "127.0.0.1");
    await once(echo, "listening");
  });
  afterEach(() => void echo.close());
  let prefix = Buffer.alloc(0);

  test.each([
    "",
    "HTTP/1.1 200 OK\r\n\r\n",
    "HTTP/1.1 401 No\r\n\r\n",
    `HTTP/1.1 ${TOKEN}\r\n`,
    `HTTP/1.1 200 OK\r\n${TOKEN}`,
  ])("The token is in no line of the log, even when the server echoes it after %j", async (start) => {
    prefix = Buffer.from(start);
    const own = connect(urlOf(echo));
    const error: unknown = await ask(own).catch((reason: unknown) => reason);
    expect(error).toMatchObject(UNAVAILABLE);
    expect(log.lines).toHaveLength(1);
    expect(log.text()).not.toContain(TOKEN);
    expect(everythingIn(error)).not.toContain(TOKEN);
    await own.close();
  });
});

function everythingIn(value: unknown): string {
  if (!(value instanceof Error)) return JSON.stringify(value) ?? "";
  const own = Object.getOwnPropertyNames(value).map((name) => everythingIn(Reflect.get(value, name)));
  return [value.message, ...own].join("\n");
}
