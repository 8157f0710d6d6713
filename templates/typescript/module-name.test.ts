import { loadModule, startTestService } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

const MODULE = new URL("module-name.ts", import.meta.url);
const ALICE = "@alice:example.test";

test("An upload up to the maximum is allowed, and a larger one is not", async () => {
  const module = await loadModule(MODULE, { max_bytes: 1000 });
  expect(await module.call("isUserAllowedToUploadMediaOfSize", ALICE, 1000)).toBe(true);
  expect(await module.call("isUserAllowedToUploadMediaOfSize", ALICE, 1001)).toBe(false);
  expect(await module.call("getMediaConfigForUser", ALICE)).toEqual({ "m.upload.size": 1000 });
  await module.stop();
});

test("A configuration without the maximum ends the start", async () => {
  await expect(loadModule(MODULE, {})).rejects.toThrow("config.max_bytes");
});

// A service takes a moment to start on a busy machine.
test("A whole service stores an upload, and refuses one that is too large", { timeout: 60_000 }, async () => {
  const service = await startTestService({ modules: [{ typescript: MODULE, config: { max_bytes: 1000 } }] });
  expect((await service.upload(ALICE, "hello")).status).toBe(200);
  expect((await service.upload(ALICE, Buffer.alloc(1001))).status).toBe(413);
  await service.stop();
});
