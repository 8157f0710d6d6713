import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Credentials } from "../../src/homeserver/who/authenticator.ts";
import { InProcessKnownUsers } from "../../src/coordination/in-process-known-users.ts";
import { createWhoamiAuthenticator, type WhoamiAuthenticator } from "../../src/homeserver/who/whoami.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";
import { json, startStubHomeserver, type Answer, type StubHomeserver } from "./stub-homeserver.ts";

const CACHE_MS = 30_000;
const ALICE = { userId: "@alice:hs.test", guest: false };
const UNAVAILABLE = { code: "HOMESERVER_UNAVAILABLE", status: 503, errcode: "M_UNKNOWN" };
const UNKNOWN = json(401, { errcode: "M_UNKNOWN_TOKEN", error: "Who?" });
const VERSIONS = json(200, { versions: ["v1.11"], unstable_features: {} });
const ALONE = "the homeserver answers, but did not say which user makes a request";

let homeserver: StubHomeserver;
let authenticator: WhoamiAuthenticator;
let log: CapturedLog;
let nowMs = 0;
/** What the homeserver answers to the request of an attacker. All others are named by their token. */
let toAttacker: Answer;

beforeEach(async () => {
  homeserver = await startStubHomeserver(answerByToken);
  homeserver.versions = VERSIONS;
  log = captureLog();
  nowMs = 1_000_000;
  authenticator = createWhoamiAuthenticator({
    url: `${homeserver.url}/base`,
    log,
    serverName: "hs.test",
    timeoutMs: 2000,
    known: new InProcessKnownUsers({ cacheForMs: CACHE_MS }),
    now: () => nowMs,
  });
});
afterEach(async () => {
  await authenticator.close();
  await homeserver.stop();
});

function answerByToken(res: ServerResponse, req: IncomingMessage): void {
  const token = req.headers.authorization?.replace("Bearer ", "") ?? "";
  if (token === "attacker") toAttacker(res, req);
  else json(200, { user_id: `@${token}:hs.test` })(res, req);
}

const ask = async (token: string, more: Partial<Credentials> = {}) => authenticator.whoIs({ token, ...more });

describe("a homeserver that answers others, and to one request", () => {
  test.each<[string, Answer]>([
    ["drops the connection", (res) => void res.destroy()],
    ["answers half", (res) => void res.writeHead(200, { "Content-Length": 99 }).write("{", () => res.destroy())],
    ["answers what is not HTTP", (res) => void res.socket?.end("?\r\n\r\n")],
    ["answers 429", json(429, { errcode: "M_LIMIT_EXCEEDED", error: "Too many" })],
    ["answers 404", json(404, { errcode: "M_UNRECOGNIZED", error: "?" })],
    ["answers 500", json(500, { errcode: "M_UNKNOWN" })],
    ["lets a proxy answer 400", (res) => void res.writeHead(400).end("<html>")],
    ["lets a proxy answer 403", (res) => void res.writeHead(403).end("<html>blocked")],
    ["lets a proxy answer 414", (res) => void res.writeHead(414).end("<html>")],
    ["lets a proxy answer 431", (res) => void res.writeHead(431).end()],
    ["answers more than it may", json(200, { user_id: "@a:hs.test", fill: "a".repeat(70_000) })],
    ["does not answer in time", () => undefined],
  ])("%s: that one gets 503, and a token that was logged out is refused", async (_, answer) => {
    toAttacker = answer;
    await ask("alice");
    nowMs += CACHE_MS;
    await expect(ask("attacker")).rejects.toMatchObject(UNAVAILABLE);
    homeserver.answer = UNKNOWN;
    await expect(ask("alice")).rejects.toMatchObject({ status: 401, errcode: "M_UNKNOWN_TOKEN" });
    expect(log.lines.map(({ message }) => message)).toEqual([ALONE]);
  });

  test("fails, though it knew that token before: it gets 503, not what is remembered", async () => {
    toAttacker = json(200, { user_id: "@mallory:hs.test" });
    await ask("attacker");
    nowMs += CACHE_MS;
    toAttacker = (res) => void res.destroy();
    await expect(ask("attacker")).rejects.toMatchObject(UNAVAILABLE);
  });
});

test("a refusal of an application service's device is that client's answer, and no other client's", async () => {
  await ask("alice");
  nowMs += CACHE_MS;
  const body = { errcode: "M_UNKNOWN_DEVICE", error: "The application service has no such device" };
  toAttacker = json(400, body);
  await expect(ask("attacker", { userId: "@ghost:hs.test", deviceId: "D" })).rejects.toMatchObject({
    status: 400,
    errcode: "M_UNKNOWN_DEVICE",
    bodyText: JSON.stringify(body),
  });
  homeserver.answer = UNKNOWN;
  await expect(ask("alice")).rejects.toMatchObject({ errcode: "M_UNKNOWN_TOKEN" });
  expect([homeserver.probes, log.lines]).toEqual([[], []]);
});

test("whether the homeserver answers is asked with nothing that a client sent, once for all who wait", async () => {
  toAttacker = (res) => void res.destroy();
  const requests = ["1", "2", "3"].map((deviceId) => ask("attacker", { deviceId, userAgent: "evil", address: "::1" }));
  const answers = await Promise.allSettled(requests);
  expect(answers.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  const [probe] = homeserver.probes;
  expect(homeserver.probes.length).toBeLessThanOrEqual(3);
  expect([probe?.method, probe?.url]).toEqual(["GET", "/base/_matrix/client/versions"]);
  expect(Object.keys(probe?.headers ?? {}).toSorted()).toEqual(["accept", "connection", "host"]);
});

test.each<[string, Answer]>([
  ["drops that connection too", (res) => void res.destroy()],
  ["answers it with a page", (res) => void res.writeHead(200).end("<html>")],
  ["answers it 502", json(502, { versions: [] })],
  ["answers it with another object", json(200, { user_id: "@alice:hs.test" })],
])("an outage begins where the homeserver is asked for its versions and %s", async (_, versions) => {
  await ask("alice");
  nowMs += CACHE_MS;
  toAttacker = (res) => void res.destroy();
  homeserver.versions = versions;
  await expect(ask("attacker")).rejects.toMatchObject(UNAVAILABLE);
  expect(authenticator.whoIs({ token: "alice" })).toEqual(ALICE);
  expect(log.lines.map(({ message }) => message)).toEqual([
    "the homeserver cannot be asked which user makes a request",
  ]);
});

test("an outage ends as soon as the homeserver tells its versions, though it does not say who asks", async () => {
  await ask("alice");
  nowMs += CACHE_MS;
  toAttacker = (res) => void res.destroy();
  homeserver.versions = (res) => void res.destroy();
  await expect(ask("attacker")).rejects.toMatchObject(UNAVAILABLE);
  homeserver.versions = VERSIONS;
  await expect(ask("attacker")).rejects.toMatchObject(UNAVAILABLE);
  homeserver.answer = UNKNOWN;
  await expect(ask("alice")).rejects.toMatchObject({ errcode: "M_UNKNOWN_TOKEN" });
});

describe("a user of another server", () => {
  const foreign = json(200, { user_id: "@alice:other.test" });

  test("is refused, and the log names both names and the URL", async () => {
    toAttacker = foreign;
    await expect(ask("attacker")).rejects.toMatchObject(UNAVAILABLE);
    await expect(ask("attacker")).rejects.toMatchObject(UNAVAILABLE);
    expect(homeserver.requests).toHaveLength(2);
    const reason = `a user of other.test, while server_name is hs.test: media_bridge.homeserver.url (${homeserver.url}/base) must lead to the homeserver of that name`;
    expect(log.lines).toMatchObject([
      { level: "warn", message: "the homeserver names a user of another server", facts: { reason } },
    ]);
  });

  test.each(["@alice:hs.test.other", "@alice:hs.test:8448", "@alice:HS.test"])("is also %s", async (userId) => {
    toAttacker = json(200, { user_id: userId });
    await expect(ask("attacker")).rejects.toMatchObject(UNAVAILABLE);
  });

  test("brings on no outage and is not covered by what is remembered", async () => {
    await ask("alice");
    nowMs += CACHE_MS;
    homeserver.answer = foreign;
    await expect(ask("alice")).rejects.toMatchObject(UNAVAILABLE);
    expect(homeserver.probes).toEqual([]);
  });
});
