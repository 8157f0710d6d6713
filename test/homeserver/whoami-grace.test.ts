import { EventEmitter, once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InProcessKnownUsers } from "../../src/coordination/in-process-known-users.ts";
import { createWhoamiAuthenticator, type WhoamiAuthenticator } from "../../src/homeserver/who/whoami.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";
import { json, startStubHomeserver, type Answer, type StubHomeserver } from "./stub-homeserver.ts";

const CACHE_MS = 30_000;
const GRACE_MS = 300_000;
const ALICE = { userId: "@alice:hs.test", guest: false };
const UNAVAILABLE = { code: "HOMESERVER_UNAVAILABLE", status: 503, errcode: "M_UNKNOWN" };
const DOWN: Answer = (res) => void res.destroy();
const UNKNOWN = json(401, { errcode: "M_UNKNOWN_TOKEN", error: "Who?" });

let homeserver: StubHomeserver;
let authenticator: WhoamiAuthenticator;
let log: CapturedLog;
let nowMs = 0;

beforeEach(async () => {
  homeserver = await startStubHomeserver(nameByToken);
  log = captureLog();
  nowMs = 1_000_000;
  authenticator = connect();
});
afterEach(async () => {
  await authenticator.close();
  await homeserver.stop();
});

function connect(timeoutMs = 5000, graceMs = GRACE_MS): WhoamiAuthenticator {
  return createWhoamiAuthenticator({
    url: homeserver.url,
    serverName: "hs.test",
    log,
    timeoutMs,
    known: new InProcessKnownUsers({ graceMs, cacheForMs: CACHE_MS }),
    now: () => nowMs,
  });
}

/** Each user's token is the local part of the name. */
function nameByToken(res: ServerResponse, req: IncomingMessage): void {
  json(200, { user_id: `@${req.headers.authorization?.replace("Bearer ", "")}:hs.test` })(res, req);
}

const ask = async (token = "alice", from = authenticator) => from.whoIs({ token });

describe("a user that the homeserver named stays known for the grace, all others get 503, while to every question it", () => {
  test.each<[string, Answer]>([
    ["drops connections", DOWN],
    ["answers 429", json(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 1000 })],
    ["answers 500", json(500, { errcode: "M_UNKNOWN_TOKEN" })],
    ["answers 502 with a page", (res) => void res.writeHead(502).end("<html>")],
    ["answers 401 with a page", (res) => void res.writeHead(401).end("<html>")],
    ["answers 200 with a page", (res) => void res.writeHead(200).end("<html>")],
    ["names no user", json(200, { user_id: null })],
  ])("%s", async (_name, answer) => {
    await ask();
    homeserver.answer = answer;
    nowMs += CACHE_MS;
    expect(await ask()).toEqual(ALICE);
    await expect(ask("bob")).rejects.toMatchObject(UNAVAILABLE);
    nowMs += GRACE_MS - 1;
    expect(await ask()).toEqual(ALICE);
    nowMs += 1;
    await expect(ask()).rejects.toMatchObject(UNAVAILABLE);
    expect(log.lines[0]).toMatchObject({
      level: "warn",
      message: "the homeserver cannot be asked which user makes a request",
    });
  });

  test("is slow", async () => {
    const slow = connect(100);
    await ask("alice", slow);
    homeserver.answer = () => undefined;
    nowMs += CACHE_MS;
    expect(await ask("alice", slow)).toEqual(ALICE);
    await expect(ask("bob", slow)).rejects.toMatchObject(UNAVAILABLE);
    expect(log.lines[0]?.facts).toMatchObject({ code: "HOMESERVER_TIMEOUT" });
    await slow.close();
  });
});

test("Known users do not wait for a homeserver that is known not to answer", async () => {
  for (const token of ["alice", "bob", "carol"]) await ask(token);
  nowMs += CACHE_MS;
  homeserver.answer = DOWN;
  await ask("alice");
  const asked = homeserver.requests.length;
  // No promise: the answer is there at once.
  expect(authenticator.whoIs({ token: "bob" })).toMatchObject({ userId: "@bob:hs.test" });
  expect(authenticator.whoIs({ token: "carol" })).toMatchObject({ userId: "@carol:hs.test" });
  expect(homeserver.requests).toHaveLength(asked);
});

test("during an outage one question at a time asks for a known token again, and the answer ends it", async () => {
  await ask();
  nowMs += CACHE_MS;
  homeserver.answer = DOWN;
  await ask();
  nowMs += 5000;
  const held = holdAnswers();
  const before = homeserver.requests.length;
  for (let request = 0; request < 20; request += 1) expect(authenticator.whoIs({ token: "alice" })).toEqual(ALICE);
  const [res, req] = await held;
  expect(homeserver.requests).toHaveLength(before + 1);
  homeserver.answer = nameByToken;
  const settled = once(res, "finish");
  nameByToken(res, req);
  await settled;
  await expect.poll(() => authenticator.whoIs({ token: "alice" }) instanceof Promise).toBe(false);
  nowMs += CACHE_MS - 1;
  expect(authenticator.whoIs({ token: "alice" })).toEqual(ALICE);
  expect(homeserver.requests).toHaveLength(before + 1);
});

test("a token that was logged out during an outage is refused as soon as the homeserver says so", async () => {
  for (const token of ["alice", "bob"]) await ask(token);
  nowMs += CACHE_MS;
  homeserver.answer = DOWN;
  await ask();
  homeserver.answer = UNKNOWN;
  await expect(ask("stranger")).rejects.toMatchObject({ status: 401 });
  // That was an answer: the outage is over, and every user is asked for again.
  await expect(ask("alice")).rejects.toMatchObject({ status: 401, errcode: "M_UNKNOWN_TOKEN" });
  homeserver.answer = DOWN;
  nowMs += 60_000;
  await expect(ask("alice")).rejects.toMatchObject(UNAVAILABLE);
  expect(await ask("bob")).toMatchObject({ userId: "@bob:hs.test" });
});

test("a homeserver that wants to be left alone for long is asked again after half a minute", async () => {
  await ask();
  nowMs += CACHE_MS;
  homeserver.answer = json(429, { retry_after_ms: 300_000 });
  await ask();
  const asked = homeserver.requests.length;
  nowMs += 29_999;
  expect(authenticator.whoIs({ token: "alice" })).toEqual(ALICE);
  expect(homeserver.requests).toHaveLength(asked);
  nowMs += 1;
  const held = holdAnswers();
  expect(authenticator.whoIs({ token: "alice" })).toEqual(ALICE);
  nameByToken(...(await held));
});

test("Without a grace period, an outage has an effect as soon as an answer is no longer fresh", async () => {
  const strict = connect(5000, 0);
  await ask("alice", strict);
  homeserver.answer = DOWN;
  nowMs += CACHE_MS - 1;
  expect(await ask("alice", strict)).toEqual(ALICE);
  nowMs += 1;
  await expect(ask("alice", strict)).rejects.toMatchObject(UNAVAILABLE);
  await strict.close();
});

test("no user is ever taken for another, whatever the homeserver answers in between", async () => {
  const faults: Answer[] = [DOWN, UNKNOWN, nameByToken, json(500, {}), json(200, "<html>"), nameByToken];
  const tokens = Array.from({ length: 40 }, (_, number) => `user${number}`);
  const aliveOrNot = [DOWN, json(200, { versions: ["v1.11"] })];
  for (let round = 0; round < 12; round += 1) {
    homeserver.versions = (res, req) => aliveOrNot[homeserver.probes.length % 2]?.(res, req);
    homeserver.answer = (res, req) => {
      const number = Number(/\d+$/.exec(req.headers.authorization ?? "")?.[0]);
      faults[(number + round) % faults.length]?.(res, req);
    };
    const answers = await Promise.allSettled(tokens.map((token) => ask(token)));
    const wrong = answers.filter((answer, number) =>
      answer.status === "fulfilled"
        ? answer.value.userId !== `@user${number}:hs.test`
        : ![401, 503].includes((answer.reason as { status: number }).status),
    );
    expect(wrong).toEqual([]);
    nowMs += 20_000;
  }
});

/** The next request to the homeserver, which is left unanswered. */
async function holdAnswers(): Promise<[ServerResponse, IncomingMessage]> {
  const asked = new EventEmitter();
  const question = once(asked, "question") as Promise<[ServerResponse, IncomingMessage]>;
  homeserver.answer = (res, req) => void asked.emit("question", res, req);
  return question;
}
