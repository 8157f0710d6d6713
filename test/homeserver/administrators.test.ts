import { afterEach, beforeEach, expect, test } from "vitest";
import { openHomeserver, type Homeserver } from "../../src/homeserver/client/homeserver.ts";
import { createAdministrators, type Administrators } from "../../src/homeserver/who/administrators.ts";
import { startFakeHomeserver, type Answer, type FakeHomeserver } from "../../src/testing/fake-homeserver.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";

const ROOT = "@root:example.test";
const OWN_USER = `/_synapse/admin/v2/users/${ROOT}`;
const FORBIDDEN: Answer = { status: 403, body: { errcode: "M_FORBIDDEN", error: "You are not a server admin" } };
/** Every user who asks is an administrator. */
const yes: Answer = ({ path }) => ({ body: { name: path.split("/").at(-1) } });
const KNOWN: Answer = { body: { name: ROOT, admin: true } };

let fake: FakeHomeserver;
let homeserver: Homeserver;
let administrators: Administrators;
let log: CapturedLog;
let nowMs: number;
beforeEach(async () => {
  fake = await startFakeHomeserver();
  homeserver = openHomeserver({ url: fake.url, adminToken: undefined, appserviceToken: undefined, timeoutMs: 5000 });
  log = captureLog();
  nowMs = 1_000_000;
  administrators = createAdministrators({ requests: homeserver.requests, log, maxEntries: 2, now: () => nowMs });
});
afterEach(async () => {
  await homeserver.close();
  await fake.stop();
});

function ask(token = "a-token", userId = ROOT): Promise<boolean> {
  return administrators.includes({ userId, guest: false }, { token });
}

test("A user who may read the own account by the admin API is an administrator, with the token of the request", async () => {
  fake.answer("GET", OWN_USER, KNOWN);
  expect(await ask()).toBe(true);
  expect(fake.requests).toMatchObject([{ path: OWN_USER, token: "a-token" }]);
});

test("A user whom the homeserver forbids that is none", async () => {
  fake.answer("GET", OWN_USER, FORBIDDEN);
  expect(await ask()).toBe(false);
});

test("A yes holds for 30 seconds from the question on, and a no for 5", async () => {
  fake.answer("GET", OWN_USER, () => {
    nowMs += 1000;
    return KNOWN;
  });
  const askedMs = nowMs;
  await ask();
  fake.answer("GET", OWN_USER, FORBIDDEN);
  nowMs = askedMs + 29_999;
  expect(await ask()).toBe(true);
  nowMs = askedMs + 30_000;
  expect(await ask()).toBe(false);
  fake.answer("GET", OWN_USER, KNOWN);
  nowMs += 4999;
  expect(await ask()).toBe(false);
  nowMs += 1;
  expect(await ask()).toBe(true);
});

test("A token that the homeserver does not know any more is refused in its own words once the yes is over", async () => {
  fake.answer("GET", OWN_USER, KNOWN);
  await ask();
  fake.answer("GET", OWN_USER, { status: 401, body: { errcode: "M_UNKNOWN_TOKEN", error: "gone" } });
  nowMs += 30_000;
  await expect(ask()).rejects.toMatchObject({
    status: 401,
    errcode: "M_UNKNOWN_TOKEN",
    bodyText: '{"errcode":"M_UNKNOWN_TOKEN","error":"gone"}',
  });
});

test.each<[string, Answer]>([
  ["an error", { status: 500, body: { errcode: "M_UNKNOWN" } }],
  ["a proxy that keeps the admin API from the outside", { status: 403, body: "<html>forbidden</html>" }],
  ["a server without the admin API", { status: 404, body: { errcode: "M_UNRECOGNIZED", error: "Unrecognized" } }],
  ["an answer without an account", { body: {} }],
  ["an answer about another user", { body: { name: "@other:example.test" } }],
])("No user is an administrator after %s: the question stays open, and the log says why", async (_, answer) => {
  fake.answer("GET", OWN_USER, answer);
  await expect(ask()).rejects.toMatchObject({
    code: "ADMINISTRATOR_UNKNOWN",
    status: 503,
    headers: { "Retry-After": "5" },
  });
  expect(log.lines.filter(({ level }) => level === "warn")).toHaveLength(1);
  fake.answer("GET", OWN_USER, KNOWN);
  expect(await ask()).toBe(true);
});

test("An outage ends what a yes allowed, when it is over", async () => {
  fake.answer("GET", OWN_USER, KNOWN);
  await ask();
  await fake.stop();
  nowMs += 29_999;
  expect(await ask()).toBe(true);
  nowMs += 1;
  await expect(ask()).rejects.toMatchObject({ code: "ADMINISTRATOR_UNKNOWN" });
  fake = await startFakeHomeserver();
});

test("Requests that come together share one question", async () => {
  fake.answer("GET", OWN_USER, KNOWN);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([true, true, true]);
  expect(fake.requests).toHaveLength(1);
});

test("The same user is asked about again with another token, and as another user of an application service", async () => {
  fake.answer("GET", OWN_USER, ({ token }) => (token === "a-token" ? KNOWN : FORBIDDEN));
  expect(await ask("a-token")).toBe(true);
  expect(await ask("another")).toBe(false);
  const acting = { token: "a-token", userId: ROOT };
  expect(await administrators.includes({ userId: ROOT, guest: false }, acting)).toBe(true);
  expect(fake.requests.at(-1)?.query.get("user_id")).toBe(ROOT);
});

test("Of administrators and of others, no more than the maximum is kept, and neither drives the other out", async () => {
  for (const name of ["a", "b", "c"]) fake.answer("GET", `/_synapse/admin/v2/users/@${name}:example.test`, yes);
  for (const name of ["x", "y", "z"]) fake.answer("GET", `/_synapse/admin/v2/users/@${name}:example.test`, FORBIDDEN);
  for (const name of ["a", "b", "c", "x", "y", "z"]) await ask(`token-of-${name}`, `@${name}:example.test`);
  const before = fake.requests.length;
  for (const name of ["b", "c", "y", "z"]) await ask(`token-of-${name}`, `@${name}:example.test`);
  expect(fake.requests).toHaveLength(before);
  await ask("token-of-a", "@a:example.test");
  expect(fake.requests).toHaveLength(before + 1);
});

test("A token of the tokens file says by itself whether it is an administrator's", async () => {
  const known = { userId: ROOT, guest: false };
  expect(await administrators.includes({ ...known, admin: true }, { token: "a-token" })).toBe(true);
  expect(await administrators.includes({ ...known, admin: false }, { token: "a-token" })).toBe(false);
  expect(fake.requests).toEqual([]);
});
