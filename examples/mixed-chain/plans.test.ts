import { loadModule } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

test("A user with a plan has its size, and any other user is left to the next module", async () => {
  await using module = await loadModule(new URL("plans.ts", import.meta.url), {
    plans: { "@alice:example.test": 500 },
  });
  expect(await module.call("getMediaConfigForUser", "@alice:example.test")).toMatchObject({ "m.upload.size": 500 });
  expect(await module.call("getMediaConfigForUser", "@bob:example.test")).toBeUndefined();
});
