import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { RawConnection } from "../../http/support/raw-connection.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { StubSynapse, type Behaviour } from "../support/stub-synapse.ts";

let synapse: StubSynapse;
let service: TestService;
beforeAll(async () => {
  synapse = await StubSynapse.start();
  service = await startTestService({ mediaBridge: { upstream: { url: synapse.url, mode: "fallback" } } });
});
beforeEach(() => {
  synapse.requests.length = 0;
  synapse.behave = fromSynapse;
});
afterAll(async () => {
  await service.stop();
  await synapse.stop();
});

const fromSynapse: Behaviour = (req, res) => void req.on("end", () => res.end("from Synapse")).resume();

test("Uploads stay here, and what was uploaded here comes from here", async () => {
  const mediaId = await service.upload("ours");
  for (const path of ["client/v1/media/download", "client/v1/media/thumbnail"]) {
    await service.request(`/_matrix/${path}/example.test/${mediaId}`, { as: "alice" });
  }
  const download = await service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as: "alice" });
  expect(await download.text()).toBe("ours");
  expect(synapse.requests).toEqual([]);
});

test.each([
  "/_matrix/client/v1/media/download/example.test/fromBefore",
  "/_matrix/client/v1/media/download/example.test/fromBefore/name.txt?timeout_ms=1",
  "/_matrix/client/v1/media/thumbnail/example.test/fromBefore?width=32&height=32",
  "/_matrix/media/v3/download/example.test/fromBefore",
  "/_matrix/media/r0/thumbnail/example.test/fromBefore?width=32&height=32",
  "/_matrix/client/v1/media/download/elsewhere.test/remote",
  "/_matrix/client/v1/media/thumbnail/elsewhere.test/remote?width=1&height=1",
])("What is not ours is asked of Synapse: %s", async (path) => {
  const answer = await service.request(path, { as: "alice" });
  expect([answer.status, await answer.text()]).toEqual([200, "from Synapse"]);
  expect(synapse.requests).toMatchObject([{ url: path, headers: { authorization: "Bearer token-of-alice" } }]);
});

test("Thumbnails of what was uploaded here are made here", async () => {
  const picture = readFileSync(new URL("../../fixtures/pictures/jpeg-photo.jpg", import.meta.url));
  const mediaId = await service.upload(picture, { type: "image/jpeg" });
  for (const place of ["client/v1/media", "media/v3"]) {
    const path = `/_matrix/${place}/thumbnail/example.test/${mediaId}?width=96&height=96&method=crop`;
    const answer = await service.request(path, { as: "alice" });
    const expected = place === "media/v3" ? [404, "application/json"] : [200, "image/jpeg"];
    expect([answer.status, answer.headers.get("content-type")]).toEqual(expected);
  }
  expect(synapse.requests).toEqual([]);
});

test("An id that is ours and empty is not asked of Synapse", async () => {
  const created = await service.request("/_matrix/media/v1/create", { method: "POST", as: "alice" });
  const { content_uri } = (await created.json()) as { content_uri: string };
  const path = `/_matrix/client/v1/media/download/example.test/${content_uri.split("/").at(-1)}?timeout_ms=0`;
  expect((await service.request(path, { as: "alice" })).status).toBe(504);
  expect(synapse.requests).toEqual([]);
});

test("What can be no media id is refused here", async () => {
  const answer = await service.request("/_matrix/client/v1/media/download/example.test/a%2F..%2Fb", { as: "alice" });
  expect(answer.status).toBe(404);
  expect(synapse.requests).toEqual([]);
});

test("Everything else is not Synapse's", async () => {
  expect((await service.request("/_matrix/federation/v1/version")).status).toBe(404);
  expect((await service.request("/_matrix/client/v1/media/config", { as: "alice" })).status).toBe(200);
  expect(synapse.requests).toEqual([]);
});

test.each([
  "/_matrix/client/v1/media/download/elsewhere.test/..",
  "/_matrix/client/v1/media/download/elsewhere.test/%2e%2e",
  "/_matrix/media/v3/thumbnail/%2e%2e/abc",
  "/_matrix/media/v3/download/elsewhere.test/abc/%252e%252e",
])("A path that a proxy could resolve to another one is 404, and Synapse is not asked: %s", async (target) => {
  const answer = await RawConnection.ask(service.port, { method: "GET", target });
  expect(answer.status).toBe(404);
  expect(synapse.requests).toEqual([]);
});
