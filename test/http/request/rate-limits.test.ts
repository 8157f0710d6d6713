import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startFakeHomeserver } from "../../../src/testing/fake-homeserver.ts";
import { startTestService, type TestService, type TestServiceOptions } from "../../support/service.ts";

/** Of a thousand seconds in the long run: within a test nothing of it comes back. */
const TWO = { per_second: 0.001, burst_count: 2 };

async function start(rateLimits: object, options: TestServiceOptions = {}): Promise<TestService> {
  const service = await startTestService({
    ...options,
    mediaBridge: { ...options.mediaBridge, rate_limits: rateLimits },
  });
  onTestFinished(() => service.stop());
  return service;
}

function upload(service: TestService, as: "alice" | "bob"): Promise<Response> {
  return service.request("/_matrix/media/v3/upload", { method: "POST", as, body: "text" });
}

async function expectTooMany(answer: Response): Promise<void> {
  const body = (await answer.json()) as Record<string, unknown>;
  expect([answer.status, body["errcode"]]).toEqual([429, "M_LIMIT_EXCEEDED"]);
  expect(body["retry_after_ms"]).toBeGreaterThan(900_000);
  expect(Number(answer.headers.get("retry-after"))).toBe(Math.ceil(Number(body["retry_after_ms"]) / 1000));
}

test("Uploads past the rate are answered 429 before their body, each user for itself, created ids included", async () => {
  const service = await start({ uploads: TWO });
  const created = await service.request("/_matrix/media/v1/create", { method: "POST", as: "alice" });
  const { content_uri: uri } = (await created.json()) as { content_uri: string };
  const statuses = [await upload(service, "alice"), await upload(service, "alice")].map(({ status }) => status);
  expect(statuses).toEqual([200, 200]);
  await expectTooMany(await upload(service, "alice"));
  const path = `/_matrix/media/v3/upload/example.test/${uri.split("/").at(-1)}`;
  await expectTooMany(await service.request(path, { method: "PUT", as: "alice", body: "text" }));
  expect((await upload(service, "bob")).status).toBe(200);
  expect(Object.keys(service.files())).toHaveLength(3);
  const refused = await service.log.waitFor(({ facts }) => facts["status"] === 429);
  expect(JSON.stringify(refused.facts)).toContain("media_bridge.rate_limits.uploads");
});

test("Downloads past the rate are answered 429 to that user alone, thumbnails included", async () => {
  const service = await start({ downloads: TWO });
  const mediaId = await service.upload("text");
  const download = (as: "alice" | "bob") =>
    service.request(`/_matrix/client/v1/media/download/example.test/${mediaId}`, { as });
  expect([(await download("alice")).status, (await download("alice")).status]).toEqual([200, 200]);
  const refused = await download("alice");
  expect(refused.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
  await expectTooMany(refused);
  const thumbnail = `/_matrix/client/v1/media/thumbnail/example.test/${mediaId}?width=32&height=32`;
  await expectTooMany(await service.request(thumbnail, { as: "alice" }));
  expect((await download("bob")).status).toBe(200);
});

test("Downloads without a token are counted by the client's address, by the proxy's word where it is trusted", async () => {
  const service = await start(
    { downloads: TWO },
    {
      config: { enable_authenticated_media: false },
      mediaBridge: { listen: { host: "127.0.0.1", port: 0, x_forwarded: true } },
    },
  );
  const mediaId = await service.upload("text");
  const download = (address: string) =>
    service.request(`/_matrix/media/v3/download/example.test/${mediaId}`, { headers: { "X-Forwarded-For": address } });
  for (const address of ["2001:db8::1", "2001:db8::2"]) expect((await download(address)).status).toBe(200);
  await expectTooMany(await download("2001:db8::3"));
  const thumbnail = `/_matrix/media/v3/thumbnail/example.test/${mediaId}?width=32&height=32`;
  await expectTooMany(await service.request(thumbnail, { headers: { "X-Forwarded-For": "2001:db8::4" } }));
  expect((await download("2001:db8:0:1::1")).status).toBe(200);
  for (const port of [1, 2]) expect((await download(`192.0.2.1:${port}`)).status).toBe(200);
  await expectTooMany(await download("192.0.2.1:3"));
  await expectTooMany(await download(" , 192.0.2.1"));
  for (const madeUp of ["a", "b"]) expect((await download(madeUp)).status).toBe(200);
  await expectTooMany(await download("c"));
});

test("A client whose proxy reports no address is counted by the proxy's own", async () => {
  const service = await start(
    { downloads: TWO },
    {
      config: { enable_authenticated_media: false },
      mediaBridge: { listen: { host: "127.0.0.1", port: 0, x_forwarded: true } },
    },
  );
  const path = `/_matrix/media/v3/download/example.test/${await service.upload("text")}`;
  for (const nothing of [",", ""]) {
    expect((await service.request(path, { headers: { "X-Forwarded-For": nothing } })).status).toBe(200);
  }
  await expectTooMany(await service.request(path, { headers: { "X-Forwarded-For": " , " } }));
});

test("An application service whose token is configured is exempt, and other users are not", async () => {
  const homeserver = await startFakeHomeserver();
  onTestFinished(() => homeserver.stop());
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-rates-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [bridge, alice] = ["@bridge:example.test", "@alice:example.test"].map((userId) => homeserver.tokenOf(userId));
  writeFileSync(join(folder, "token"), `${bridge}\n`, { mode: 0o600 });
  const asked = { url: homeserver.url, appservice_token_file: join(folder, "token") };
  const service = await start({ uploads: TWO }, { mediaBridge: { tokens_file: undefined, homeserver: asked } });
  const statuses = async (token = "") => {
    const found: number[] = [];
    const headers = { Authorization: `Bearer ${token}` };
    for (let time = 0; time < 4; time += 1) {
      found.push((await service.request("/_matrix/media/v3/upload", { method: "POST", body: "x", headers })).status);
    }
    return found;
  };
  expect(await statuses(bridge)).toEqual([200, 200, 200, 200]);
  expect(await statuses(alice)).toEqual([200, 200, 429, 429]);
});

test("Where no rate is configured, no upload is refused for it", async () => {
  const service = await start({});
  for (let time = 0; time < 20; time += 1) expect((await upload(service, "alice")).status).toBe(200);
});
