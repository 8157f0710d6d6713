import { createHash } from "node:crypto";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MODULES } from "../support/media-service.ts";
import { startGuardedSynapse, type GuardedSynapse } from "../support/guarded-synapse.ts";
import { startNio, type Nio, type NioClient } from "../support/nio.ts";
import type { Account } from "../support/synapse.ts";

const LIMIT_BYTES = 200_000;
const UPLOAD = "/_matrix/media/v3/upload";

let guarded: GuardedSynapse;
let nio: Nio;
beforeAll(async () => {
  guarded = await startGuardedSynapse({
    modules: [
      { module: "doorkeeper.Doorkeeper", config: { word: "forbidden", limited: "@guard-limited:matrix.test" } },
      { typescript: join(MODULES, "ceiling.ts"), config: { user: "@guard-small:matrix.test", max_bytes: 1000 } },
    ],
    limits: [{ time_period: "1h", max_size: LIMIT_BYTES }],
  });
  nio = startNio();
});
afterAll(async () => {
  await nio?.stop();
  await guarded?.stop();
});

test("An upload that is allowed is recorded, and Synapse serves it and a thumbnail of it", async () => {
  const { client, account } = await enter("guard-alice");
  const png = createPicture(64);
  const mxc = await client.uploaded(png, { type: "image/png", filename: "red.png" });
  const answer = await client.download(mxc);
  expect(answer).toMatchObject({ status: 200, content_type: "image/png", filename: "red.png" });
  expect(answer.bytes?.equals(png)).toBe(true);
  const thumbnail = await request(
    account,
    `/_matrix/client/v1/media/thumbnail/${mxc.slice(6)}?width=8&height=8&method=crop`,
  );
  expect([thumbnail.status, thumbnail.headers.get("content-type")]).toEqual([200, "image/png"]);
  await expect
    .poll(() => guarded.recorded(mxc))
    .toMatchObject({
      user_id: account.userId,
      media_length: png.length,
      sha256: createHash("sha256").update(png).digest("hex"),
    });
});

test("What a Python module refuses never reaches Synapse", async () => {
  const { client } = await enter("guard-spammer");
  expect(await client.upload("forbidden words", { filename: "never-one.txt" })).toMatchObject({
    type: "UploadError",
    status: 400,
    message: "Bad content",
  });
  expect(guarded.hasHeardOf("never-one")).toBe(false);
});

test("What a TypeScript module refuses never reaches Synapse, and its config is the module's", async () => {
  const { client } = await enter("guard-small");
  expect(await client.config()).toMatchObject({ upload_size: 1000 });
  expect(await client.upload("x".repeat(1001), { filename: "never-two.txt" })).toMatchObject({
    status: 413,
    status_code: "M_TOO_LARGE",
  });
  expect(guarded.hasHeardOf("never-two")).toBe(false);
  expect(await client.upload("x".repeat(1000))).toMatchObject({ type: "UploadResponse" });
});

test("Where no module has a say the config is Synapse's own", async () => {
  const { client } = await enter("guard-plain");
  expect(await client.config()).toMatchObject({ upload_size: 50 * 1024 ** 2 });
});

test("What is over a module's limit never reaches Synapse", async () => {
  const { client } = await enter("guard-limited");
  expect(await client.upload("x".repeat(60))).toMatchObject({ status: 200 });
  expect(await client.upload("x".repeat(60), { filename: "never-three.txt" })).toMatchObject({
    status: 403,
    status_code: "M_USER_LIMIT_EXCEEDED",
  });
  expect(guarded.hasHeardOf("never-three")).toBe(false);
});

test("Ids are made by Synapse and uploaded to through here, once", async () => {
  const { account } = await enter("guard-creator");
  const created = await request(account, "/_matrix/media/v1/create", { method: "POST" });
  const { content_uri: mxc } = (await created.json()) as { content_uri: string };
  const put = () => request(account, `${UPLOAD}/${mxc.slice(6)}`, { method: "PUT", body: "hello" });
  const first = await put();
  expect([first.status, await first.json()]).toEqual([200, {}]);
  await expect.poll(() => guarded.recorded(mxc)).toMatchObject({ media_length: 5, user_id: account.userId });
  const second = await put();
  expect([second.status, await second.json()]).toMatchObject([409, { errcode: "M_CANNOT_OVERWRITE_MEDIA" }]);
  const download = await request(account, `/_matrix/client/v1/media/download/${mxc.slice(6)}`);
  expect(await download.text()).toBe("hello");
  const { account: other } = await enter("guard-other");
  const stolen = await request(other, "/_matrix/media/v1/create", { method: "POST" });
  const { content_uri: theirs } = (await stolen.json()) as { content_uri: string };
  expect((await request(account, `${UPLOAD}/${theirs.slice(6)}`, { method: "PUT", body: "mine" })).status).toBe(403);
});

test("Parallel uploads fill the limit and do not pass it", async () => {
  const { account } = await enter("guard-parallel");
  const body = "x".repeat(30_000);
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => (await request(account, UPLOAD, { method: "POST", body })).status),
  );
  expect(answers.filter((status) => status === 200)).toHaveLength(6);
  expect(answers.filter((status) => status === 403)).toHaveLength(14);
  const listed = await request(guarded.homeserver.admin, `/_synapse/admin/v1/users/${account.userId}/media`);
  expect(await listed.json()).toMatchObject({ total: 6 });
});

test("What was uploaded straight to Synapse counts from the first upload through here", async () => {
  const { account } = await enter("guard-before");
  const headers = { Authorization: `Bearer ${account.accessToken}` };
  const before = await fetch(guarded.homeserver.url + UPLOAD, { method: "POST", headers, body: "x".repeat(150_000) });
  expect(before.status).toBe(200);
  expect((await request(account, UPLOAD, { method: "POST", body: "x".repeat(50_001) })).status).toBe(403);
  expect((await request(account, UPLOAD, { method: "POST", body: "x".repeat(50_000) })).status).toBe(200);
});

test("A body in chunks, without a length, reaches Synapse whole", async () => {
  const admin = guarded.homeserver.admin;
  const pieces = Array.from({ length: 3 }, (_item, index) => Buffer.alloc(50_000, index));
  const body = new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const uploaded = await request(admin, UPLOAD, { method: "POST", body, duplex: "half" });
  expect(uploaded.status).toBe(200);
  const { content_uri: mxc } = (await uploaded.json()) as { content_uri: string };
  const download = await request(admin, `/_matrix/client/v1/media/download/${mxc.slice(6)}`);
  expect(Buffer.from(await download.arrayBuffer()).equals(Buffer.concat(pieces))).toBe(true);
});

test("Media routes that arrive here are Synapse's to answer", async () => {
  const { client, account } = await enter("guard-reader");
  const mxc = await client.uploaded("0123456789");
  const path = `/_matrix/client/v1/media/download/${mxc.slice(6)}/a%20b.txt`;
  const headers = { Authorization: `Bearer ${account.accessToken}` };
  const [direct, through] = await Promise.all(
    [guarded.homeserver.url, guarded.service.directUrl].map((url) => fetch(url + path, { headers })),
  );
  expect(await through?.text()).toBe("0123456789");
  // The service names the request, and adds nothing else.
  const { "x-request-id": name, "access-control-expose-headers": exposed, ...rest } = comparable(through);
  const { "access-control-expose-headers": synapseExposes, ...expected } = comparable(direct);
  expect(name).toMatch(/^[0-9a-f]{8}-\d+$/);
  expect(exposed).toBe(`${synapseExposes}, X-Request-ID`);
  expect(rest).toEqual(expected);
});

async function enter(username: string): Promise<{ client: NioClient; account: Account }> {
  const account = await guarded.register(username);
  return { account, client: await (await nio.client(guarded.url, username)).adopt(account) };
}

function request(
  { accessToken }: Account,
  path: string,
  init: RequestInit & { duplex?: "half" } = {},
): Promise<Response> {
  return fetch(guarded.url + path, { ...init, headers: { Authorization: `Bearer ${accessToken}` } });
}

/** The headers that are not about the connection or the moment. */
function comparable(answer: Response | undefined): Record<string, string> {
  const passing = new Set(["date", "connection", "keep-alive", "transfer-encoding"]);
  return Object.fromEntries([...(answer?.headers ?? [])].filter(([name]) => !passing.has(name)));
}

/** A PNG of one colour, so many pixels wide and high. */
function createPicture(pixels: number): Buffer {
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(pixels * 3, Buffer.of(200, 30, 30))]);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(pixels, 0);
  head.writeUInt32BE(pixels, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from("89504e470d0a1a0a", "hex");
  const rows = deflateSync(Buffer.concat(Array.from({ length: pixels }, () => row)));
  return Buffer.concat([signature, chunk("IHDR", head), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
