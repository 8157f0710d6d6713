import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { startBucketServer, type BucketServer } from "./support/bucket-server.ts";
import { MODULES, startMediaService } from "./support/media-service.ts";
import { register, startSynapse, synapsePython, type Synapse } from "./support/synapse.ts";

const UploadedSchema = z.object({ content_uri: z.string() });

/** One of the two servers that run the provider. */
interface Server {
  readonly url: string;
  /** Its `media_store_path`. */
  readonly store: string;
  readonly bucket: string;
}

let buckets: BucketServer;
let synapse: Synapse;
let token: string;
const steps: (() => Promise<void>)[] = [];
const servers: Partial<Record<"synapse" | "service", Server>> = {};

beforeAll(async () => {
  buckets = await startBucketServer();
  steps.unshift(() => buckets.stop());
  await buckets.createBucket("before");
  await buckets.createBucket("after");
  synapse = await startSynapse({
    mediaRepo: true,
    config: { media_storage_providers: [provider("before")] },
    pythonPath: [MODULES],
  });
  steps.unshift(() => synapse.stop());
  const { homeserver } = synapse;
  const service = await startMediaService({
    homeserver,
    config: { media_storage_providers: [provider("after"), provider("late", false)] },
    // boto3 is there as well.
    mediaBridge: { python: { executable: synapsePython(), path: [MODULES] } },
  });
  steps.unshift(() => service.stop());
  ({ accessToken: token } = await register(homeserver, "alice"));
  servers.synapse = { url: homeserver.url, store: join(homeserver.folder, "media"), bucket: "before" };
  servers.service = { url: service.url, store: join(service.folder, "media"), bucket: "after" };
});
afterAll(async () => {
  for (const step of steps) await step();
});

describe.each(["synapse", "service"] as const)("A provider for S3 in the %s", (name) => {
  test("keeps an upload in the bucket, from which it is served once the disk has been cleared", async () => {
    const server = serverOf(name);
    const body = randomBytes(1_000_000);
    const mediaId = await upload(server, body);
    const key = keyOf(mediaId);
    expect((await buckets.read(server.bucket, key))?.equals(body)).toBe(true);
    rmSync(join(server.store, key));
    const response = await download(server, mediaId);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true);
  });
});

test("A file that neither the disk nor the bucket has is 404 in Synapse", async () => {
  expect((await loseAndDownload(serverOf("synapse"))).status).toBe(404);
});

test("A file that is gone is 503 in the service while one of its buckets cannot be asked", async () => {
  const answer = await loseAndDownload(serverOf("service"));
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
});

test("The service puts back on disk what it fetched", async () => {
  const server = serverOf("service");
  const mediaId = await upload(server, Buffer.from("there and back"));
  const path = join(server.store, keyOf(mediaId));
  rmSync(path);
  await (await download(server, mediaId)).arrayBuffer();
  expect(readFileSync(path, "utf8")).toBe("there and back");
});

test("A bucket that is made later gets what was uploaded before, since the service tries again", async () => {
  const server = serverOf("service");
  const mediaId = await upload(server, Buffer.from("for the late bucket"));
  expect(await buckets.read("late", keyOf(mediaId))).toBeUndefined();
  await buckets.createBucket("late");
  await expect
    .poll(() => buckets.read("late", keyOf(mediaId)), { timeout: 30_000, interval: 100 })
    .toEqual(Buffer.from("for the late bucket"));
});

test("A file that neither the disk nor any bucket has is 404 in the service", async () => {
  expect((await loseAndDownload(serverOf("service"), "late")).status).toBe(404);
});

function provider(bucket: string, isSynchronous = true): object {
  return {
    module: "bucket_provider.BucketProvider",
    store_local: true,
    store_remote: true,
    store_synchronous: isSynchronous,
    config: { bucket, endpoint_url: buckets.url, aws_access_key_id: "key", aws_secret_access_key: "secret" },
  };
}

function serverOf(name: "synapse" | "service"): Server {
  const server = servers[name];
  if (server === undefined) throw new Error("it has not been started");
  return server;
}

/** Uploads a file, takes it from the disk and from the buckets, and asks for it. */
async function loseAndDownload(server: Server, otherBucket?: string): Promise<Response> {
  const body = Buffer.from("to be lost");
  const mediaId = await upload(server, body);
  const key = keyOf(mediaId);
  if (otherBucket !== undefined) {
    await vi.waitUntil(async () => (await buckets.read(otherBucket, key))?.equals(body), { timeout: 30_000 });
    await buckets.remove(otherBucket, key);
  }
  rmSync(join(server.store, key));
  await buckets.remove(server.bucket, key);
  return download(server, mediaId);
}

async function upload({ url }: Server, body: Buffer): Promise<string> {
  const headers = { Authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/_matrix/media/v3/upload`, { method: "POST", headers, body });
  const { content_uri: uri } = UploadedSchema.parse(await response.json());
  return uri.split("/").at(-1) ?? "";
}

function download({ url }: Server, mediaId: string): Promise<Response> {
  const headers = { Authorization: `Bearer ${token}` };
  return fetch(`${url}/_matrix/client/v1/media/download/matrix.test/${mediaId}`, { headers });
}

/** The path of a file below the store, and in the bucket. */
function keyOf(mediaId: string): string {
  return `local_content/${mediaId.slice(0, 2)}/${mediaId.slice(2, 4)}/${mediaId.slice(4)}`;
}
