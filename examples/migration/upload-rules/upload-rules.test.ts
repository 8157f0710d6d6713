import { loadModule, startFakeHomeserver } from "synapse-media-bridge/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const MODULE = new URL("upload-rules.ts", import.meta.url);
const ALICE = "@alice:example.test";
const ADMIN = "@admin:example.test";
const BRIDGED = "@bridged_carol:example.test";
const BOB = "@bob:example.test";
const GUEST = "@guest:guests.test";
const HELP = "https://example.test/help";
const DAY_MS = 24 * 60 * 60 * 1000;
const DAY = { maxBytes: 1000, timePeriodMs: DAY_MS };
const HOUR = { maxBytes: 500, timePeriodMs: 3_600_000 };
const LARGE = 2n ** 53n + 1n;
const CONFIG = {
  help: HELP,
  rules: [
    { users: [ALICE], max_size: "1K", limits: [{ max_size: 1000, time_period: "1d" }] },
    { admins: true, limits: [] },
    { appservices: true, max_size: LARGE },
    { servers: ["example.test"], max_size: 10, limits: [{ max_size: 500, time_period: "1h" }] },
  ],
};

let homeserver: Awaited<ReturnType<typeof startFakeHomeserver>>;
let rules: Awaited<ReturnType<typeof loadModule>>;

beforeAll(async () => {
  homeserver = await startFakeHomeserver();
  homeserver.addUser(BOB);
  homeserver.addUser(ADMIN, { admin: true });
  homeserver.addUser(BRIDGED, { appservice_id: "bridge" });
  homeserver.answer("GET", `/_synapse/admin/v2/users/${GUEST}`, { status: 404, body: { errcode: "M_NOT_FOUND" } });
  rules = await loadModule(MODULE, CONFIG, { homeserver });
});
afterAll(async () => {
  await rules.stop();
  await homeserver.stop();
});

describe("The first rule for a user decides", () => {
  test.each([
    { user: ALICE, maxSize: 1024, limits: [DAY] },
    { user: ADMIN, maxSize: undefined, limits: [] },
    { user: BRIDGED, maxSize: LARGE, limits: undefined },
    { user: BOB, maxSize: 10, limits: [HOUR] },
    { user: GUEST, maxSize: undefined, limits: undefined },
  ])("over $user", async ({ user, maxSize, limits }) => {
    const config = maxSize === undefined ? undefined : { "m.upload.size": maxSize, "org.example.help": HELP };
    expect(await rules.call("getMediaConfigForUser", user)).toEqual(config);
    expect(await rules.call("getMediaUploadLimitsForUser", user, 1)).toEqual(limits);
    const isAllowed = (size: number) => rules.call("isUserAllowedToUploadMediaOfSize", user, size);
    expect(await isAllowed(2 ** 60)).toBe(maxSize === undefined);
    const isBelow = (size: number) => maxSize === undefined || size <= maxSize;
    for (const size of [0, 10, 11, 1024, 1025, 2 ** 53]) expect(await isAllowed(size)).toBe(isBelow(size));
  });
});

test.each([
  { periodMs: DAY_MS, words: "1 day" },
  { periodMs: 2 * DAY_MS, words: "2 days" },
  { periodMs: 3_600_000, words: "1 hour" },
  { periodMs: 90_000, words: "90 seconds" },
  { periodMs: 1500, words: "1500 ms" },
])("A user of a rule with limits is told what is left within $words", async ({ periodMs, words }) => {
  const limit = { maxBytes: 1000, timePeriodMs: periodMs };
  await expect(rules.call("onMediaUploadLimitExceeded", ALICE, limit, 900, 101)).rejects.toMatchObject({
    message: `You may upload 100 more bytes within ${words}`,
    fields: { info_uri: HELP, "org.example.left": 100, "org.example.attempted": 101 },
  });
});

test.each([ADMIN, BRIDGED, GUEST])("A limit of another module keeps its own words for %s", async (user) => {
  await expect(rules.call("onMediaUploadLimitExceeded", user, DAY, 900, 101)).resolves.toBeUndefined();
});

test("An outage of the homeserver makes no user an administrator", async () => {
  homeserver.answer("GET", `/_synapse/admin/v2/users/${BOB}`, { status: 500, body: {} });
  await expect(rules.call("isUserAllowedToUploadMediaOfSize", BOB, 1)).rejects.toThrow("500");
  homeserver.addUser(BOB);
});

test.each([{ user: [ALICE] }, { max_size: "1X" }, { limits: [{ max_size: 1 }] }])(
  "A mistake in a rule ends the start: %j",
  async (rule) => {
    await expect(loadModule(MODULE, { help: HELP, rules: [rule] })).rejects.toThrow("config.rules[0]");
  },
);
