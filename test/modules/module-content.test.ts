import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestService, type TestService } from "../support/service.ts";

const CONFIG = "/_matrix/client/v1/media/config";
let service: TestService;

beforeAll(async () => {
  service = await startTestService({
    config: {
      modules: [{ module: "content_maker.ContentMaker" }],
      media_upload_limits: [{ time_period: "1h", max_size: 40 }],
    },
  });
});
afterAll(() => service.stop());

test("A module stores media for a user: nobody asks whether the user may, the user's limits hold, and nothing is left behind", async () => {
  const made = (await (await service.request(CONFIG, { as: "alice" })).json()) as { uri: string; media_id: string };
  expect(made.uri).toBe(`mxc://example.test/${made.media_id}`);
  const download = await service.request(`/_matrix/client/v1/media/download/example.test/${made.media_id}`, {
    as: "alice",
  });
  expect(await download.text()).toBe("made by a module");
  expect(download.headers.get("content-disposition")).toContain("made.txt");
  expect((await service.request(CONFIG, { as: "alice" })).status).toBe(200);
  const third = await service.request(CONFIG, { as: "alice" });
  expect([third.status, await third.json()]).toMatchObject([403, { errcode: "M_USER_LIMIT_EXCEEDED" }]);
  expect(Object.keys(service.files())).toHaveLength(2);
});

test("Content of another length than was said is the module's error, and nothing of it is kept", async () => {
  const before = service.files();
  expect((await service.request(CONFIG, { as: "bob" })).status).toBe(500);
  expect(service.files()).toEqual(before);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("media-bridge-content-"))).toEqual([]);
});
