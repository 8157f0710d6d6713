import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { z } from "zod";
import { MODULES, startMediaService, type MediaService } from "./support/media-service.ts";
import { startNio, type Nio, type NioClient } from "./support/nio.ts";

const CACHED_MS = 500;

let service: MediaService;
let nio: Nio;
let alice: NioClient;

beforeAll(async () => {
  service = await startMediaService({
    config: { max_upload_size: "50M" },
    mediaBridge: {
      modules: [
        {
          module: "doorkeeper.Doorkeeper",
          config: { word: "forbidden", limited: "@client-limited:matrix.test" },
        },
        {
          typescript: join(MODULES, "ceiling.ts"),
          config: { user: "@client-small:matrix.test", max_bytes: 1000 },
        },
      ],
    },
    homeserverKeys: { cache_for: CACHED_MS, negative_cache_for: CACHED_MS },
  });
  nio = startNio();
  alice = await logIn("client-alice");
});
afterAll(async () => {
  await nio?.stop();
  await service?.stop();
});

test("A client library logs in at the homeserver, uploads here, and gets back what it sent", async () => {
  const mxc = await alice.uploaded("Grüße ✓", { filename: "Grüße.txt" });
  expect(mxc).toMatch(/^mxc:\/\/matrix\.test\/\w+$/);
  const answer = await alice.download(mxc);
  expect(answer).toMatchObject({ status: 200, content_type: "text/plain", filename: "Grüße.txt" });
  expect(answer.bytes?.toString()).toBe("Grüße ✓");
});

test("5 MB come back byte for byte", async () => {
  const body = randomBytes(5_000_000);
  const answer = await alice.download(await alice.uploaded(body, { type: "application/octet-stream" }));
  expect(answer.bytes?.equals(body)).toBe(true);
});

test("What one user uploads, another one downloads", async () => {
  const bob = await logIn("client-bob");
  const answer = await bob.download(await alice.uploaded("for bob"));
  expect(answer.bytes?.toString()).toBe("for bob");
});

test("The media configuration is the service's", async () => {
  expect(await alice.config()).toMatchObject({ type: "ContentRepositoryConfigResponse", upload_size: 50 * 1024 ** 2 });
});

test("A Python module refuses a file", async () => {
  expect(await alice.upload("forbidden words")).toMatchObject({
    type: "UploadError",
    status: 400,
    status_code: "M_UNKNOWN",
    message: "Bad content",
  });
});

test("A TypeScript module refuses a size, and answers the media configuration", async () => {
  const small = await logIn("client-small");
  expect(await small.config()).toMatchObject({ upload_size: 1000 });
  expect(await small.upload("x".repeat(1001))).toMatchObject({
    type: "UploadError",
    status: 413,
    status_code: "M_TOO_LARGE",
  });
  expect(await small.upload("x".repeat(1000))).toMatchObject({ type: "UploadResponse", status: 200 });
});

test("An upload over a module's limit is refused", async () => {
  const limited = await logIn("client-limited");
  expect(await limited.upload("x".repeat(60))).toMatchObject({ status: 200 });
  expect(await limited.upload("x".repeat(60))).toMatchObject({
    type: "UploadError",
    status: 403,
    status_code: "M_USER_LIMIT_EXCEEDED",
  });
});

test("A media id is made first, a download waits for it, and the file is uploaded to it later", async () => {
  const { accessToken } = await service.register("client-dora");
  const created = await request(accessToken, "/_matrix/media/v1/create", { method: "POST" });
  const { content_uri: mxc } = z.object({ content_uri: z.string() }).parse(await created.json());
  const waiting = alice.download(mxc);
  const path = `/_matrix/media/v3/upload/${mxc.slice("mxc://".length)}?filename=later.txt`;
  const headers = { "Content-Type": "text/plain" };
  const uploaded = await request(accessToken, path, { method: "PUT", body: "later", headers });
  expect(uploaded.status).toBe(200);
  const answer = await waiting;
  expect(answer).toMatchObject({ status: 200, filename: "later.txt" });
  expect(answer.bytes?.toString()).toBe("later");
  const again = await request(accessToken, path, { method: "PUT", body: "again" });
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ errcode: "M_CANNOT_OVERWRITE_MEDIA" });
});

test("A token that was logged out is refused once it is no longer remembered", async () => {
  const carol = await logIn("client-carol");
  const loggedIn = await carol.login("client-carol");
  const token = String(loggedIn["access_token"]);
  expect(await configStatus(token)).toBe(200);
  await carol.logout();
  await expect.poll(() => configStatus(token), { timeout: 10_000 }).toBe(401);
});

test("What is not media is answered by Synapse, and Synapse itself has no media", async () => {
  const versions = await fetch(`${service.url}/_matrix/client/versions`);
  expect(await versions.json()).toHaveProperty("versions");
  const { url } = inject("homeserver");
  expect((await fetch(`${url}/_matrix/client/v1/media/config`)).status).toBe(404);
});

test("A request without a valid token is refused as by Synapse", async () => {
  const config = await request("not-a-token", "/_matrix/client/v1/media/config");
  const whoami = await request("not-a-token", "/_matrix/client/v3/account/whoami");
  expect(config.status).toBe(401);
  expect(await config.json()).toEqual(await whoami.json());
});

test("A guest downloads, and neither uploads nor reads the configuration", async () => {
  const mxc = await alice.uploaded("for guests");
  const path = "/_matrix/client/v3/register?kind=guest";
  const registered = await fetch(service.url + path, { method: "POST", body: "{}" });
  const { access_token: token } = z.object({ access_token: z.string() }).parse(await registered.json());
  const download = await request(token, `/_matrix/client/v1/media/download/${mxc.slice("mxc://".length)}`);
  expect(await download.text()).toBe("for guests");
  const upload = await request(token, "/_matrix/media/v3/upload", { method: "POST", body: "by a guest" });
  for (const refused of [upload, await request(token, "/_matrix/client/v1/media/config")]) {
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ errcode: "M_GUEST_ACCESS_FORBIDDEN" });
  }
});

async function logIn(username: string): Promise<NioClient> {
  await service.register(username);
  const client = await nio.client(service.url, username);
  expect(await client.login(username)).toMatchObject({ type: "LoginResponse", status: 200 });
  return client;
}

async function configStatus(token: string): Promise<number> {
  return (await request(token, "/_matrix/client/v1/media/config")).status;
}

function request(token: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${token}`);
  return fetch(service.url + path, { ...init, headers });
}
