import { startTestService } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

const ALICE = "@alice:example.test";

test("No upload is larger than the limit", async () => {
  await using service = await startTestService({
    modules: [{ typescript: new URL("limits.ts", import.meta.url), config: { max_bytes: 100 } }],
  });
  service.homeserver.addUser(ALICE);
  expect((await service.upload(ALICE, "x".repeat(100))).status).toBe(200);
  expect((await service.upload(ALICE, "x".repeat(101))).status).toBe(413);
});

test("A Windows program is refused", async () => {
  await using service = await startTestService({
    modules: [{ typescript: new URL("limits.ts", import.meta.url), config: { max_bytes: 100 } }],
  });
  service.homeserver.addUser(ALICE);
  expect((await service.upload(ALICE, "MZ and so on")).body).toMatchObject({ errcode: "M_FORBIDDEN" });
  expect((await service.upload(ALICE, "a text")).status).toBe(200);
});
