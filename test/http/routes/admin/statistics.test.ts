import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Answer } from "../../../../src/testing/fake-homeserver.ts";
import { ADMIN, startAdministered, type AdministeredService } from "../../support/administration.ts";

const STATISTICS = `${ADMIN}/statistics/users/media`;
const USERS = "/_synapse/admin/v2/users";

let administered: AdministeredService;
beforeAll(async () => {
  administered = await startAdministered();
  const { upload, homeserver } = administered;
  await upload("12345");
  await upload("123");
  await upload("1234567", { by: "bob" });
  await upload("1", { by: "carol" });
  await upload("1", { by: "carol" });
  await upload("1", { by: "carol" });
  nameUser("bob", "Aaron");
  nameUser("carol", null);
  homeserver.answer("GET", USERS, listUsers);
});
beforeEach(() => {
  (administered.homeserver.requests as unknown[]).length = 0;
});
afterAll(() => administered.stop());

function nameUser(name: string, displayname: string | null): void {
  const userId = `@${name}:example.test`;
  administered.homeserver.answer("GET", `${USERS}/${userId}`, { body: { name: userId, displayname } });
}

/** As Synapse lists accounts, in pages of two. */
const listUsers: Answer = ({ query }) => {
  const term = query.get("name")?.toLowerCase() ?? "";
  const all = [
    ["alice", "alice"],
    ["bob", "Aaron"],
    ["carol", null],
    ["without-media", "aardvark"],
  ] as const;
  const found = all.filter((names) => names.some((name) => name?.toLowerCase().includes(term)));
  const from = Number(query.get("from"));
  const users = found
    .slice(from, from + 2)
    .map(([name, displayname]) => ({ name: `@${name}:example.test`, displayname }));
  return { body: { users, total: found.length, ...(from + 2 < found.length && { next_token: String(from + 2) }) } };
};

async function ask(query = ""): Promise<{ users: string[]; total: unknown; next_token: unknown }> {
  const { status, body } = await administered.ask("GET", STATISTICS + query);
  expect(status).toBe(200);
  const users = (body["users"] as { user_id: string }[]).map(({ user_id }) => user_id.slice(1, user_id.indexOf(":")));
  return { users, total: body["total"], next_token: body["next_token"] };
}

test("Each user has a sum and a display name, ordered by user id", async () => {
  const { body } = await administered.ask("GET", STATISTICS);
  expect(body).toEqual({
    users: [
      { user_id: "@alice:example.test", displayname: "alice", media_count: 2, media_length: 8 },
      { user_id: "@bob:example.test", displayname: "Aaron", media_count: 1, media_length: 7 },
      { user_id: "@carol:example.test", displayname: null, media_count: 3, media_length: 3 },
    ],
    total: 3,
  });
});

test.each([
  ["?order_by=user_id&dir=b", ["carol", "bob", "alice"]],
  ["?dir=b", ["carol", "bob", "alice"]],
  ["?order_by=media_length", ["carol", "bob", "alice"]],
  ["?order_by=media_length&dir=b", ["alice", "bob", "carol"]],
  ["?order_by=media_count", ["bob", "alice", "carol"]],
  ["?order_by=displayname", ["carol", "bob", "alice"]],
  ["?order_by=displayname&dir=b", ["alice", "bob", "carol"]],
])("%s sorts", async (query, users) => {
  expect(await ask(query)).toMatchObject({ users, total: 3 });
});

test("A page has a next_token where more follows", async () => {
  expect(await ask("?limit=2")).toEqual({ users: ["alice", "bob"], total: 3, next_token: 2 });
  expect(await ask("?from=2&limit=2")).toEqual({ users: ["carol"], total: 3, next_token: undefined });
  expect(await ask("?limit=0")).toEqual({ users: [], total: 3, next_token: 0 });
  expect(await ask("?from=9")).toEqual({ users: [], total: 3, next_token: undefined });
});

test("A search finds users by localpart and display name, as the homeserver does, in all of its pages", async () => {
  expect(await ask("?search_term=AAR")).toMatchObject({ users: ["bob"], total: 1 });
  // Four accounts match, of which the last two are on the second page.
  expect(await ask("?search_term=a")).toMatchObject({ users: ["alice", "bob", "carol"], total: 3 });
  expect(await ask("?search_term=nothing")).toMatchObject({ users: [], total: 0 });
  const { requests } = administered.homeserver;
  expect(requests.every(({ token }) => token === "token-of-@admin:example.test")).toBe(true);
  expect(requests[0]?.query.get("deactivated")).toBe("true");
});

test("A time leaves out what was created before or after it", async () => {
  const now = Date.now();
  expect(await ask(`?from_ts=${now + 60_000}`)).toMatchObject({ users: [], total: 0 });
  expect(await ask(`?until_ts=${now - 60_000}`)).toMatchObject({ users: [], total: 0 });
  expect(await ask(`?from_ts=${now - 60_000}&until_ts=${now + 60_000}`)).toMatchObject({ total: 3 });
});

test.each([
  "limit=-1",
  "limit=x",
  "from=-1",
  "from_ts=-1",
  "until_ts=0",
  "from_ts=5&until_ts=5",
  "order_by=created_ts",
  "order_by=",
  "dir=up",
  "search_term=",
])("%s is refused", async (query) => {
  const answer = await administered.ask("GET", `${STATISTICS}?${query}`);
  expect(answer).toMatchObject({ status: 400, body: { errcode: "M_INVALID_PARAM" } });
});

test("Display names are asked for once within a minute, and only for the users that are shown", async () => {
  const { homeserver, ask: askAdmin, stop, upload } = await startAdministered();
  await upload("a");
  await upload("b", { by: "bob" });
  const asked = () => homeserver.requests.filter(({ path }) => /@(alice|bob):/.test(path)).length;
  await askAdmin("GET", `${STATISTICS}?limit=1`);
  expect(asked()).toBe(1);
  await askAdmin("GET", STATISTICS);
  await askAdmin("GET", STATISTICS);
  expect(asked()).toBe(2);
  await stop();
});

test("A homeserver that fails makes the request fail, and a user whom it does not know has no display name", async () => {
  const { homeserver, ask: askAdmin, stop, upload } = await startAdministered();
  await upload("a");
  const path = `${USERS}/@alice:example.test`;
  homeserver.answer("GET", path, { status: 500, body: {} });
  expect(await askAdmin("GET", STATISTICS)).toMatchObject({ status: 503, body: { errcode: "M_UNKNOWN" } });
  homeserver.answer("GET", path, { status: 404, body: { errcode: "M_NOT_FOUND", error: "User not found" } });
  const { body } = await askAdmin("GET", STATISTICS);
  expect(body["users"]).toMatchObject([{ user_id: "@alice:example.test", displayname: null }]);
  await stop();
});
