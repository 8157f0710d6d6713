import { existsSync } from "node:fs";
import { startTestService, TestClock, type TestServiceOptions } from "synapse-media-bridge/testing";
import { expect, onTestFinished, test } from "vitest";
import { FIXTURE_MODULES } from "../support/service.ts";
import { testPython } from "../support/python.ts";

const ALICE = "@alice:example.test";
const BOB = "@bob:example.test";
const HOUR_MS = 3_600_000;
const EXAMPLES = new URL("../../examples/", import.meta.url);
const picturesOnly = {
  typescript: new URL("typescript-module/pictures-only.ts", EXAMPLES),
  config: { formats: ["png"], max_bytes: 100 },
};
const FIXTURES = new URL("../fixtures/testing/", import.meta.url);
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]);

async function start(options: TestServiceOptions) {
  const service = await startTestService(options);
  onTestFinished(() => service.stop());
  return service;
}

test("An upload through a whole service is stored and comes back, or is refused by the module", async () => {
  const service = await start({ modules: [picturesOnly] });
  const stored = await service.upload(ALICE, PNG, { type: "image/png", name: "a dot.png" });
  expect(stored).toMatchObject({ status: 200, body: { content_uri: `mxc://example.test/${stored.mediaId}` } });
  const download = await service.download(BOB, stored.mediaId ?? "");
  expect(download.bytes.equals(PNG)).toBe(true);
  expect(download.headers.get("content-disposition")).toContain("a%20dot.png");
  const refused = await service.upload(ALICE, "a text");
  expect(refused).toMatchObject({
    status: 403,
    mediaId: undefined,
    body: { error: "Only pictures can be shared here" },
  });
  expect((await service.upload(ALICE, Buffer.alloc(101))).status).toBe(413);
});

test("Modules of both languages form one chain in a tested service, with what Python needs named from the test", async () => {
  const service = await start({
    modules: [picturesOnly, { module: "by_size.BySize", config: { limits: [[0, 10]] } }],
    mediaBridge: { python: { executable: testPython(), path: [FIXTURE_MODULES] } },
  });
  expect((await service.upload(ALICE, PNG)).status).toBe(200);
  expect(await service.upload(ALICE, PNG)).toMatchObject({ status: 403, body: { errcode: "M_USER_LIMIT_EXCEEDED" } });
  expect((await service.upload(BOB, PNG)).status).toBe(200);
});

test("A limit's period passes when the test moves the clock", async () => {
  const clock = new TestClock();
  const settings = { media_upload_limits: [{ time_period: "24h", max_size: 10 }] };
  const service = await start({ clock, settings });
  expect((await service.upload(ALICE, "12345678")).status).toBe(200);
  expect((await service.upload(ALICE, "12345678")).status).toBe(403);
  await clock.advance(24 * HOUR_MS - 1);
  expect((await service.upload(ALICE, "12345678")).status).toBe(403);
  await clock.advance(1 + 1);
  expect((await service.upload(ALICE, "12345678")).status).toBe(200);
});

test("A media id expires when the test moves the clock", async () => {
  const clock = new TestClock();
  const service = await start({ clock, settings: { unused_expiration_time: "24h" } });
  const create = await service.request(ALICE, "/_matrix/media/v1/create", { method: "POST" });
  const { content_uri: uri, unused_expires_at: expiresTs } = (await create.json()) as Record<string, unknown>;
  expect(expiresTs).toBe(clock.now() + 24 * HOUR_MS);
  await clock.advance(24 * HOUR_MS + 1);
  const path = `/_matrix/media/v3/upload/${String(uri).slice("mxc://".length)}`;
  const late = await service.request(ALICE, path, { method: "PUT", body: "late" });
  expect(late.status).toBe(404);
  expect(await late.json()).toMatchObject({ error: "The media ID was not used in time and has expired" });
});

test("A TypeScript callback's deadline passes when the test moves the clock", async () => {
  const clock = new TestClock();
  const service = await start({ clock, modules: [{ typescript: new URL("silent.ts", FIXTURES) }] });
  const upload = service.upload(ALICE, "hello");
  await service.log.waitFor(({ message }) => message === "asked, and silent");
  await clock.advance(29_999);
  expect(service.log.lines.some(({ message }) => message === "request")).toBe(false);
  await clock.advance(1);
  expect((await upload).status).toBe(503);
});

test("The fake homeserver of a tested service answers what the test says, from the next request on", async () => {
  const service = await start({ modules: [{ typescript: new URL("administrators.ts", FIXTURES) }] });
  const path = `/_synapse/admin/v2/users/${ALICE}`;
  service.homeserver.addUser(ALICE);
  expect((await service.upload(ALICE, "hello")).status).toBe(413);
  service.homeserver.addUser(ALICE, { admin: true });
  expect((await service.upload(ALICE, "hello")).status).toBe(200);
  service.homeserver.answer("GET", path, { status: 500, body: {} });
  expect((await service.upload(ALICE, "hello")).status).toBe(500);
  expect((await service.upload(ALICE, "hello", { guest: true })).body).toMatchObject({
    errcode: "M_GUEST_ACCESS_FORBIDDEN",
  });
  service.homeserver.answer("GET", "/_matrix/client/v3/account/whoami", { status: 503, body: {} });
  service.homeserver.answer("GET", "/_matrix/client/versions", { status: 503, body: {} });
  expect((await service.upload(ALICE, "hello")).status).toBe(503);
  expect(service.homeserver.requests.filter((request) => request.path === path)).toHaveLength(3);
});

test("A tested service reloads other modules, refuses what cannot be loaded, and leaves nothing behind", async () => {
  const service = await startTestService();
  expect((await service.upload(ALICE, "a text")).status).toBe(200);
  await service.reload([picturesOnly]);
  expect((await service.upload(ALICE, "a text")).status).toBe(403);
  await expect(service.reload([{ typescript: "./nowhere.ts" }])).rejects.toThrow("there is no such file");
  expect((await service.request(undefined, "/health")).status).toBe(200);
  const folder = /"?(\/[^" ]*media-bridge-test-\w+)/.exec(service.log.text())?.[1];
  await service.stop();
  expect(folder === undefined || !existsSync(folder)).toBe(true);
  await expect(startTestService({ modules: [{ typescript: "./nowhere.ts" }] })).rejects.toMatchObject({
    code: "MODULE",
  });
});
