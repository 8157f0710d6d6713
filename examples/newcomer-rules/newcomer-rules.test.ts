import { loadModule, startFakeHomeserver } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

const CONFIG = { staff: ["@carol:example.test"], help: "https://example.test/help" };
const BOB = "@bob:example.test";
const NOT_KNOWN = { declaredType: undefined, fileName: undefined, declaredSizeBytes: undefined };

test("An account of today uploads images only, and little; staff upload much", async () => {
  await using homeserver = await startFakeHomeserver();
  homeserver.addUser(BOB, { creation_ts: Math.floor(Date.now() / 1000) });
  homeserver.addUser("@alice:example.test", { creation_ts: 0 });
  await using module = await loadModule(new URL("newcomer-rules.ts", import.meta.url), CONFIG, { homeserver });
  const limitOf = async (userId: string) =>
    (await module.call("getMediaUploadLimitsForUser", userId, 1))?.[0]?.maxBytes;
  expect(await limitOf(BOB)).toBe(5_000_000);
  expect(await limitOf("@carol:example.test")).toBe(1_000_000_000);
  expect(await limitOf("@alice:example.test")).toBeUndefined();
  const byBob = module.within({ requester: { userId: BOB }, upload: NOT_KNOWN });
  await byBob.call("checkMediaFileForSpam", "GIF89a");
  await expect(byBob.call("checkMediaFileForSpam", "a text")).rejects.toThrow("New accounts may upload images only");
});
