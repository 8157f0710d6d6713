import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { portOf } from "../http/support/bodies.ts";
import { startBucket, type TestBucket } from "../support/servers/bucket.ts";
import { fileAppears, localPath } from "../support/providers.ts";
import { errorsOf, startProviderService } from "./provider-service.ts";

let bucket: TestBucket;
beforeAll(async () => {
  bucket = await startBucket();
});
afterAll(() => bucket.stop());

const BODY = Buffer.from(Array.from({ length: 6_000_000 }, (_, index) => (index * 31) % 249));

/** It gives a file up once it was paused for this long. */
function bucketEntry(pausedSeconds: number): object {
  const config = { bucket: bucket.name, endpoint_url: bucket.url, paused: pausedSeconds };
  return { module: "bucket_provider.Bucket", store_local: true, store_synchronous: true, config };
}

test("A file in a bucket is spooled however slowly its reader reads: the connection to the bucket is not held for the reader", async () => {
  const service = await startProviderService([bucketEntry(5)]);
  const mediaId = await service.upload(BODY);
  service.remove(mediaId);
  // The reader takes nothing of the body before the whole file is on disk.
  const answer = await service.download(mediaId);
  await fileAppears(join(service.folder, "media", localPath(mediaId)));
  expect(answer.status).toBe(200);
  expect(Buffer.from(await answer.arrayBuffer()).equals(BODY)).toBe(true);
  expect(errorsOf(service)).toEqual([]);
});

test("Many files come back from a bucket for many readers at the same time", async () => {
  const service = await startProviderService([bucketEntry(90)]);
  const bodies = Array.from({ length: 24 }, (_, index) => BODY.subarray(index, index + 100_000));
  const mediaIds = await Promise.all(bodies.map((body) => service.upload(body)));
  for (const mediaId of mediaIds) service.remove(mediaId);
  const answers = await Promise.all([...mediaIds, ...mediaIds].map((mediaId) => service.download(mediaId)));
  for (const [index, answer] of answers.entries()) {
    const expected = bodies[index % bodies.length] ?? Buffer.alloc(0);
    expect(Buffer.from(await answer.arrayBuffer()).equals(expected)).toBe(true);
  }
});

test("A bucket that cannot be reached refuses an upload that waits for it, and says so in the log", async () => {
  const config = { bucket: "no-such-bucket", endpoint_url: bucket.url };
  const entry = { module: "bucket_provider.Bucket", store_local: true, store_synchronous: true, config };
  const service = await startProviderService([entry]);
  const answer = await service.request("/_matrix/media/v3/upload", { method: "POST", body: "hello", as: "alice" });
  expect(answer.status).toBe(500);
  expect(service.files()).toEqual({});
  expect(errorsOf(service).join()).toContain("NoSuchBucket");
});

test.each([
  [403, "AccessDenied", 503],
  [500, "InternalError", 503],
  [404, "NoSuchKey", 404],
])("A bucket that answers %i %s for a file leads to a %i for the reader", async (status, code, expected) => {
  const gets: number[] = [];
  const server = createServer((req, res) => {
    req.resume().once("end", () => {
      if (req.method !== "GET") return res.end();
      gets.push(status);
      res.writeHead(status, { "Content-Type": "application/xml" });
      return res.end(`<Error><Code>${code}</Code><Message>No</Message></Error>`);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const config = { bucket: "media", endpoint_url: `http://127.0.0.1:${portOf(server)}`, attempts: 1 };
  const entry = { module: "bucket_provider.Bucket", store_local: true, store_synchronous: true, config };
  const service = await startProviderService([entry]);
  const mediaId = await service.upload("in a bucket");
  service.remove(mediaId);
  const answer = await service.download(mediaId);
  expect(gets).toEqual([status]);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([expected, expected === 503 ? "5" : null]);
  expect(errorsOf(service)).toHaveLength(expected === 503 ? 1 : 0);
});
