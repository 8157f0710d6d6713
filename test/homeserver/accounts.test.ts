import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTokensFileAccounts, type Accounts } from "../../src/homeserver/administration/accounts.ts";
import { createHomeserverAccounts } from "../../src/homeserver/administration/homeserver-accounts.ts";
import { askRoomMedia } from "../../src/homeserver/administration/room-media.ts";
import { openHomeserver, type Homeserver } from "../../src/homeserver/client/homeserver.ts";
import { startFakeHomeserver, type Answer, type FakeHomeserver } from "../../src/testing/fake-homeserver.ts";

const USERS = "/_synapse/admin/v2/users";
const ROOM_MEDIA = "/_synapse/admin/v1/room/!room:example.test/media";
const TOKEN = "token-of-an-administrator";
const NOT_FOUND: Answer = { status: 404, body: { errcode: "M_NOT_FOUND", error: "User not found" } };

const users = (count: number) => ({
  users: Array.from({ length: count }, (_, index) => ({ name: `@u${index}:example.test` })),
  total: count,
});

let fake: FakeHomeserver;
let homeserver: Homeserver;
let accounts: Accounts;
beforeEach(async () => {
  fake = await startFakeHomeserver();
  homeserver = openHomeserver({ url: fake.url, adminToken: undefined, appserviceToken: undefined, timeoutMs: 5000 });
  accounts = createHomeserverAccounts({ requests: homeserver.requests, maxListed: 3 });
});
afterEach(async () => {
  await homeserver.close();
  await fake.stop();
});

describe("The accounts of a homeserver", () => {
  test("exist or not, as it says with the administrator's token", async () => {
    fake.answer("GET", `${USERS}/@alice:example.test`, { body: { name: "@alice:example.test", deactivated: true } });
    fake.answer("GET", `${USERS}/@nobody:example.test`, NOT_FOUND);
    expect(await accounts.exist("@alice:example.test", TOKEN)).toBe(true);
    expect(await accounts.exist("@nobody:example.test", TOKEN)).toBe(false);
    expect(new Set(fake.requests.map(({ token }) => token))).toEqual(new Set([TOKEN]));
  });

  test("are listed up to a maximum", async () => {
    fake.answer("GET", USERS, { body: users(3) });
    expect((await accounts.list(undefined, TOKEN)).size).toBe(3);
    fake.answer("GET", USERS, { body: users(4) });
    await expect(accounts.list("u", TOKEN)).rejects.toMatchObject({ code: "TOO_MANY_ACCOUNTS", status: 400 });
  });

  test("are not asked for without end where an empty page names a next one", async () => {
    fake.answer("GET", USERS, { body: { users: [], total: 0, next_token: "0" } });
    expect((await accounts.list(undefined, TOKEN)).size).toBe(0);
  });

  test("are not asked for without end where every question gets the same page", async () => {
    fake.answer("GET", USERS, { body: { ...users(2), next_token: "2" } });
    await expect(accounts.list(undefined, TOKEN)).rejects.toMatchObject({ code: "HOMESERVER_FAILED", status: 503 });
    expect(fake.requests).toHaveLength(2);
  });
});

describe.each<[string, (token: string) => Promise<unknown>, string]>([
  [
    "Whether an account exists",
    (token) => accounts.exist("@alice:example.test", token),
    `${USERS}/@alice:example.test`,
  ],
  ["Display names", (token) => accounts.displaynames(["@alice:example.test"], token), `${USERS}/@alice:example.test`],
  ["The list of accounts", (token) => accounts.list(undefined, token), USERS],
  ["The media of a room", (token) => askRoomMedia(homeserver.requests, "!room:example.test", token), ROOM_MEDIA],
])("%s", (_, ask, path) => {
  test.each([400, 401, 403, 429])("is refused with the homeserver's own %i", async (status) => {
    fake.answer("GET", path, { status, body: { errcode: "M_TEST", error: "its words" } });
    await expect(ask(TOKEN)).rejects.toMatchObject({ status, bodyText: '{"errcode":"M_TEST","error":"its words"}' });
  });

  test.each<[string, Answer]>([
    ["an error", { status: 500, body: { errcode: "M_UNKNOWN", error: "fault" } }],
    ["an answer of another shape", { body: [] }],
    ["an error of a proxy", { status: 403, body: "<html>" }],
  ])("is not known after %s", async (__, answer) => {
    fake.answer("GET", path, answer);
    await expect(ask(TOKEN)).rejects.toMatchObject({ code: "HOMESERVER_FAILED", status: 503 });
  });

  test("is not known after an outage, and the error holds no token", async () => {
    await fake.stop();
    const error: unknown = await ask(TOKEN).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "HOMESERVER_FAILED", headers: { "Retry-After": "5" } });
    expect(JSON.stringify(error)).not.toContain(TOKEN);
    fake = await startFakeHomeserver();
  });
});

test("Without a homeserver what is about rooms names the key to set", async () => {
  const none = openHomeserver({ url: undefined, adminToken: undefined, appserviceToken: undefined, timeoutMs: 0 });
  await expect(askRoomMedia(none.requests, "!room:example.test", TOKEN)).rejects.toMatchObject({
    code: "HOMESERVER_NOT_CONFIGURED",
    status: 501,
    message: expect.stringContaining("media_bridge.homeserver.url") as string,
  });
});

test("The accounts of a tokens file are its users, found by localpart in any case, without display names", async () => {
  const file = createTokensFileAccounts(["@alice:example.test", "@bob:example.test"]);
  expect([await file.exist("@bob:example.test", TOKEN), await file.exist("@carol:example.test", TOKEN)]).toEqual([
    true,
    false,
  ]);
  expect(await file.displaynames(["@bob:example.test"], TOKEN)).toEqual(new Map([["@bob:example.test", null]]));
  expect([...(await file.list("LIC", TOKEN)).keys()]).toEqual(["@alice:example.test"]);
  expect([...(await file.list("example", TOKEN)).keys()]).toEqual([]);
  expect((await file.list(undefined, TOKEN)).size).toBe(2);
});
