import { loadModule, startTestService } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

const MODULE = new URL("quota-ledger.ts", import.meta.url);
const ALICE = "@alice:example.test";

test("What a user has uploaded is added up in the module's own table", async () => {
  await using module = await loadModule(MODULE, { max_bytes: 100 });
  await module.call("onMediaUploaded", ALICE, "first", 60);
  await module.call("onMediaUploaded", ALICE, "second", 30);
  expect(await module.call("isUserAllowedToUploadMediaOfSize", ALICE, 10)).toBe(true);
  expect(await module.call("isUserAllowedToUploadMediaOfSize", ALICE, 11)).toBe(false);
});

test("The ledger counts for its user alone", async () => {
  await using service = await startTestService({ modules: [{ typescript: MODULE, config: { max_bytes: 10 } }] });
  expect((await service.upload(ALICE, "12345678901")).status).toBe(413);
  expect((await service.upload("@bob:example.test", "1234567890")).status).toBe(200);
});
