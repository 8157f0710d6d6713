import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestService, type TestService, type TestUser } from "../support/service.ts";

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

test("A module stores media for a user: other modules are not asked whether the user may, the user's limits hold, and nothing is left behind", async () => {
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

test("A module fills a media id that its user created, once, and downloads that wait for it are woken", async () => {
  const filling = await startTestService({ config: { modules: [{ module: "content_maker.ContentFiller" }] } });
  const fill = async (as: TestUser) => {
    const answer = await filling.request(CONFIG, { as });
    return [answer.status, await answer.json()];
  };
  try {
    const created = await filling.request("/_matrix/media/v1/create", { method: "POST", as: "carol" });
    const mediaId = ((await created.json()) as { content_uri: string }).content_uri.split("/").at(-1) ?? "";
    const download = filling.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" });
    expect(await fill("bob")).toMatchObject([403, { errcode: "M_FORBIDDEN" }]);
    expect(await fill("admin")).toMatchObject([404, { errcode: "M_NOT_FOUND" }]);
    expect(filling.files()).toEqual({});
    expect(await fill("carol")).toEqual([200, { media_id: mediaId }]);
    expect(await (await download).text()).toBe("filled");
    expect(await fill("carol")).toMatchObject([409, { errcode: "M_CANNOT_OVERWRITE_MEDIA" }]);
    expect(Object.values(filling.files())).toEqual([6]);
  } finally {
    await filling.stop();
  }
});
