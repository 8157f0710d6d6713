import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InProcessKnownUsers } from "../../src/coordination/in-process-known-users.ts";
import { createWhoamiAuthenticator, type WhoamiAuthenticator } from "../../src/homeserver/who/whoami.ts";
import { captureLog } from "../support/captured-log.ts";
import { json, startStubHomeserver, type Answer, type StubHomeserver } from "./stub-homeserver.ts";

const ALICE = { userId: "@alice:hs.test", guest: false };
const UNKNOWN = json(401, { errcode: "M_UNKNOWN_TOKEN", error: "Who?", soft_logout: true });

let homeserver: StubHomeserver;
let authenticator: WhoamiAuthenticator;
let nowMs = 0;

beforeEach(async () => {
  homeserver = await startStubHomeserver();
  nowMs = 1_000_000;
  authenticator = createWhoamiAuthenticator({
    url: homeserver.url,
    serverName: "hs.test",
    log: captureLog(),
    known: new InProcessKnownUsers({ cacheForMs: 30_000, maxEntries: 3 }),
    negativeCacheForMs: 5000,
    maxRefusals: 3,
    now: () => nowMs,
  });
});
afterEach(async () => {
  await authenticator.close();
  await homeserver.stop();
});

const ask = async (token: string, userId?: string, deviceId?: string) =>
  authenticator.whoIs({ token, userId, deviceId });

/** Answers every request with the user that it asks for, or with its token's. */
const echoUser: Answer = (res, req) => {
  const query = new URL(req.url ?? "", homeserver.url).searchParams;
  const token = req.headers.authorization?.replace("Bearer ", "") ?? "";
  json(200, { user_id: query.get("user_id") ?? `@${token}:hs.test`, device_id: query.get("device_id") })(res, req);
};

test("a known user is returned at once, without a promise and without asking", async () => {
  expect(await ask("t")).toEqual(ALICE);
  expect(authenticator.whoIs({ token: "t" })).toEqual(ALICE);
  expect(homeserver.requests).toHaveLength(1);
});

test("a user is asked for again when the time is over", async () => {
  await ask("t");
  nowMs += 29_999;
  await ask("t");
  expect(homeserver.requests).toHaveLength(1);
  nowMs += 1;
  homeserver.answer = UNKNOWN;
  await expect(ask("t")).rejects.toMatchObject({ errcode: "M_UNKNOWN_TOKEN" });
});

test("the time counts from the question, not from the answer", async () => {
  homeserver.answer = (res, req) => {
    nowMs += 29_999;
    json(200, { user_id: "@alice:hs.test" })(res, req);
  };
  await ask("t");
  nowMs += 1;
  await ask("t");
  expect(homeserver.requests).toHaveLength(2);
});

test("a refusal is thrown at once for its own, shorter time", async () => {
  homeserver.answer = UNKNOWN;
  await expect(ask("t")).rejects.toMatchObject({ errcode: "M_UNKNOWN_TOKEN" });
  expect(() => authenticator.whoIs({ token: "t" })).toThrow(expect.objectContaining({ errcode: "M_UNKNOWN_TOKEN" }));
  nowMs += 4999;
  await expect(ask("t")).rejects.toMatchObject({ errcode: "M_UNKNOWN_TOKEN" });
  expect(homeserver.requests).toHaveLength(1);
  nowMs += 1;
  homeserver.answer = json(200, { user_id: "@alice:hs.test" });
  expect(await ask("t")).toEqual(ALICE);
});

test("One token is as many users as user_id and device_id name", async () => {
  homeserver.answer = echoUser;
  const users = [[], ["@a:hs.test"], ["@b:hs.test"], ["@a:hs.test", "D"], ["@a:hs.test", "E"]] as const;
  const expected = ["@as:hs.test", "@a:hs.test", "@b:hs.test", "@a:hs.test D", "@a:hs.test E"];
  for (const round of [1, 2]) {
    const answers = await Promise.all(users.map(([userId, deviceId]) => ask("as", userId, deviceId)));
    expect(
      answers.map(({ userId, deviceId }) => [userId, deviceId].join(" ").trim()),
      `round ${round}`,
    ).toEqual(expected);
  }
});

test("parts of the credentials that look alike when joined are told apart", async () => {
  const answers = await Promise.all([
    ask('t","@x:hs.test'),
    ask("t", "@x:hs.test"),
    ask("t", "@x:hs.test", ""),
    ask("t@x:hs.test"),
  ]);
  expect(homeserver.requests).toHaveLength(4);
  expect(answers).toEqual([ALICE, ALICE, ALICE, ALICE]);
});

test("requests at the same time share one question, answered or refused", async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask("t")));
  expect(answers).toEqual(Array.from({ length: 50 }, () => ALICE));
  expect(homeserver.requests).toHaveLength(1);
  homeserver.answer = UNKNOWN;
  const refusals = await Promise.allSettled(Array.from({ length: 50 }, () => ask("u")));
  expect(refusals.every(({ status }) => status === "rejected")).toBe(true);
  expect(homeserver.requests).toHaveLength(2);
});

test("requests with different tokens at the same time get their own users", async () => {
  homeserver.answer = echoUser;
  const tokens = Array.from({ length: 200 }, (_, number) => `t${number}`);
  const answers = await Promise.all(tokens.map((token) => ask(token)));
  expect(answers.map(({ userId }) => userId)).toEqual(tokens.map((token) => `@${token}:hs.test`));
  expect(homeserver.connections).toBeLessThanOrEqual(32);
});

test("questions after one another reuse connections", async () => {
  homeserver.answer = echoUser;
  for (const token of "abcdefghij") await ask(token);
  expect(homeserver.requests).toHaveLength(10);
  // A second one is opened when a question comes before the first has come to rest.
  expect(homeserver.connections).toBeLessThanOrEqual(2);
});

test("the user that was not seen for longest makes room, and made-up tokens push out no user", async () => {
  for (const token of ["a", "b", "c"]) await ask(token);
  homeserver.answer = UNKNOWN;
  for (const token of ["x1", "x2", "x3", "x4"]) await expect(ask(token)).rejects.toMatchObject({ status: 401 });
  expect(authenticator.whoIs({ token: "a" })).toEqual(ALICE);
  homeserver.answer = json(200, { user_id: "@alice:hs.test" });
  await ask("d");
  const asked = homeserver.requests.length;
  for (const token of ["a", "c", "d"]) expect(authenticator.whoIs({ token })).toEqual(ALICE);
  expect(homeserver.requests).toHaveLength(asked);
  await ask("b");
  expect(homeserver.requests).toHaveLength(asked + 1);
});

describe("the memory of users is full, and", () => {
  test("ids that one user makes up push out her own entries and no others", async () => {
    homeserver.answer = echoUser;
    for (const token of ["a", "b"]) await ask(token);
    for (let number = 0; number < 20; number += 1) await ask("attacker", undefined, `D${number}`);
    const asked = homeserver.requests.length;
    expect(authenticator.whoIs({ token: "a" })).toMatchObject({ userId: "@a:hs.test" });
    expect(authenticator.whoIs({ token: "b" })).toMatchObject({ userId: "@b:hs.test" });
    expect(homeserver.requests).toHaveLength(asked);
  });

  test("users of one application service make room for a user who comes", async () => {
    homeserver.answer = echoUser;
    for (const name of ["x", "y", "z"]) await ask("as", `@${name}:hs.test`);
    await ask("a");
    const asked = homeserver.requests.length;
    for (const name of ["y", "z"]) await ask("as", `@${name}:hs.test`);
    await ask("a");
    expect(homeserver.requests).toHaveLength(asked);
  });
});

test("a token that the homeserver no longer knows is forgotten under all ids that came with it", async () => {
  homeserver.answer = echoUser;
  await ask("t", undefined, "D");
  await ask("t");
  nowMs += 30_000 - 1;
  homeserver.answer = UNKNOWN;
  await expect(ask("t", undefined, "another")).rejects.toMatchObject({ errcode: "M_UNKNOWN_TOKEN" });
  await expect(ask("t", undefined, "D")).rejects.toMatchObject({ errcode: "M_UNKNOWN_TOKEN" });
  await expect(ask("t")).rejects.toMatchObject({ errcode: "M_UNKNOWN_TOKEN" });
});
