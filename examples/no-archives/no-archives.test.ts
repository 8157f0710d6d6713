import { startTestService } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

test("A ZIP file is refused, unless an administrator uploads it", async () => {
  await using service = await startTestService({
    modules: [{ typescript: new URL("no-archives.ts", import.meta.url) }],
  });
  service.homeserver.addUser("@alice:example.test");
  service.homeserver.addUser("@admin:example.test", { admin: true });
  expect((await service.upload("@alice:example.test", "a text")).status).toBe(200);
  expect((await service.upload("@admin:example.test", "PK\u0003\u0004...")).status).toBe(200);
  expect((await service.upload("@alice:example.test", "PK\u0003\u0004...")).body).toMatchObject({
    errcode: "M_FORBIDDEN",
    error: "ZIP files cannot be shared here",
  });
});
