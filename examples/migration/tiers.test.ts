import { loadModule } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

const MODULE = new URL("tiers.ts", import.meta.url);
const ALICE = "@alice:example.test";
const BOB = "@bob:example.test";
const DAY_MS = 24 * 60 * 60 * 1000;
const CONFIG = { default: 100, tiers: { [ALICE]: 1000 } };

test.each([
  { user: ALICE, size: 1000 },
  { user: BOB, size: 100 },
])("The tier of $user decides over sizes and days, as in Python", async ({ user, size }) => {
  await using module = await loadModule(MODULE, CONFIG);
  expect(await module.call("getMediaConfigForUser", user)).toEqual({ "m.upload.size": size });
  expect(await module.call("isUserAllowedToUploadMediaOfSize", user, size)).toBe(true);
  expect(await module.call("isUserAllowedToUploadMediaOfSize", user, size + 1)).toBe(false);
  expect(await module.call("getMediaUploadLimitsForUser", user, 1)).toEqual([
    { maxBytes: 2 * size, timePeriodMs: DAY_MS },
  ]);
});

test("A user without a tier is told what is left, as in Python", async () => {
  await using module = await loadModule(MODULE, CONFIG);
  const limit = { maxBytes: 200, timePeriodMs: DAY_MS };
  await expect(module.call("onMediaUploadLimitExceeded", BOB, limit, 150, 60)).rejects.toMatchObject({
    errcode: "ORG.EXAMPLE_DAY_IS_FULL",
    fields: { "org.example.left": 50 },
  });
  await module.call("onMediaUploadLimitExceeded", ALICE, limit, 150, 60);
});
