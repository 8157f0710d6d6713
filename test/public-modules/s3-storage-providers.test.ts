import { execFileSync } from "node:child_process";
import { hash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { objectsOf, type BucketObjects } from "../support/servers/bucket-objects.ts";
import { startBucket, type TestBucket } from "../support/servers/bucket.ts";
import { CliFolder, type CliService } from "../support/cli.ts";
import { localPath, removeFromStore } from "../support/providers.ts";
import { modulesPython, packageFolder, pythonWith } from "./support/packages.ts";
import { downloadMedia, uploadMedia } from "./support/requests.ts";

const PACKAGES = ["synapse-s3-storage-provider", "s3-synapse-storage-provider"];
const CREDENTIALS = { access_key_id: "key", secret_access_key: "secret" };
const SYNCHRONOUS_PREFIX = "at-once/";
const BACKGROUND_PREFIX = "later/";
// Above the size from which boto3 sends a file in several parts.
const LARGE = 9_000_000;

let bucket: TestBucket;
let objects: BucketObjects;
beforeAll(async () => {
  bucket = await startBucket();
  objects = objectsOf(bucket.url);
});
afterAll(() => bucket.stop());

describe.each(PACKAGES)("The storage provider of the package %s", (name) => {
  let folder: CliFolder;
  let service: CliService;
  let store: string;
  beforeAll(async () => {
    folder = folderWith(name, [provider(SYNCHRONOUS_PREFIX, true), provider(BACKGROUND_PREFIX, false)]);
    store = join(folder.path, "media");
    service = await folder.start();
  });
  test("is listed by check under the package's own file", async () => {
    const { status, stdout, stderr } = await folder.end(["check"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(join(packageFolder(name), "s3_storage_provider.py"));
  });

  test.each([
    ["an empty file", 0],
    ["a small file", 5],
    ["a file that boto3 sends in several parts", LARGE],
  ])("has %s in the bucket before the upload is answered, with store_synchronous", async (_, size) => {
    const body = randomBytes(size);
    const mediaId = await uploadMedia(service, body);
    expect(await digestInBucket(SYNCHRONOUS_PREFIX + localPath(mediaId))).toBe(digest(body));
  });

  test("gets a file after the upload is answered, without store_synchronous", async () => {
    const body = randomBytes(LARGE);
    const key = BACKGROUND_PREFIX + localPath(await uploadMedia(service, body));
    await expect.poll(() => digestInBucket(key), { timeout: 30_000 }).toBe(digest(body));
  });

  test("gives back a file that was removed from the disk, whose download puts it there again", async () => {
    const body = randomBytes(LARGE);
    const mediaId = await uploadMedia(service, body);
    removeFromStore(store, mediaId);
    const answer = await downloadMedia(service, mediaId);
    expect(answer.status).toBe(200);
    expect(digest(new Uint8Array(await answer.arrayBuffer()))).toBe(digest(body));
    expect(digest(readFileSync(join(store, localPath(mediaId))))).toBe(digest(body));
  });

  test("makes a download 404 where neither the disk nor any bucket has the file", async () => {
    const key = localPath(await uploadMedia(service, "to be lost"));
    await expect.poll(() => digestInBucket(BACKGROUND_PREFIX + key), { timeout: 30_000 }).toBeDefined();
    for (const prefix of [SYNCHRONOUS_PREFIX, BACKGROUND_PREFIX]) await objects.remove(bucket.name, prefix + key);
    const mediaId = key.split("/").slice(1).join("");
    removeFromStore(store, mediaId);
    const answer = await downloadMedia(service, mediaId);
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ errcode: "M_NOT_FOUND" })]);
  });

  test("has a script that clears the disk by the service's database, after which downloads bring the files back", async () => {
    const body = randomBytes(100_000);
    const mediaId = await uploadMedia(service, body);
    const path = join(store, localPath(mediaId));
    // The script does not know that the other provider may be about to read the file.
    await expect.poll(() => digestInBucket(BACKGROUND_PREFIX + localPath(mediaId)), { timeout: 30_000 }).toBeDefined();
    folder.write("database.yaml", JSON.stringify({ sqlite: { database: join(folder.path, "data/media.db") } }));
    const run = (...args: string[]) =>
      execFileSync(modulesPython(), [join(packageFolder(name), "bin/s3_media_upload"), "--no-progress", ...args], {
        cwd: folder.path,
        env: { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret" },
        stdio: ["ignore", "ignore", "inherit"],
      });
    // What was not read for zero seconds: everything.
    run("update", store, "0s");
    run("upload", store, bucket.name, "--prefix", "cleared/", "--endpoint-url", bucket.url, "--delete");
    expect(await digestInBucket(`cleared/${localPath(mediaId)}`)).toBe(digest(body));
    expect(existsSync(path)).toBe(false);
    const answer = await downloadMedia(service, mediaId);
    expect(digest(new Uint8Array(await answer.arrayBuffer()))).toBe(digest(body));
    expect(existsSync(path)).toBe(true);
  });

  test("lets the service stop at once, its threads included", async () => {
    service.kill("SIGTERM");
    expect(await service.ended).toMatchObject({ status: 0, stderr: "" });
    expect(folder.processes()).toEqual([]);
  });
});

describe.each(PACKAGES)("Without its bucket, the storage provider of the package %s", (name) => {
  test("refuses an upload with store_synchronous, of which nothing stays", async () => {
    const folder = folderWith(name, [{ ...provider("", true), config: { bucket: "missing", endpoint_url: bucket.url, ...CREDENTIALS } }]); // prettier-ignore
    const service = await folder.start();
    const answer = await service.upload("hello");
    expect([answer.status, await answer.json()]).toEqual([500, expect.objectContaining({ errcode: "M_UNKNOWN" })]);
    expect(folder.files().filter((path) => path.startsWith("media/"))).toEqual([]);
    await service.logged("NoSuchBucket");
  });

  test("makes a download 503 rather than 404, since the file may well be there", async () => {
    const config = { bucket: `fragile-${name}`, endpoint_url: bucket.url, ...CREDENTIALS };
    await objects.createBucket(config.bucket);
    const folder = folderWith(name, [{ ...provider("", true), config }]);
    const service = await folder.start();
    const mediaId = await uploadMedia(service, "in a bucket that goes away");
    await objects.remove(config.bucket, localPath(mediaId));
    await objects.remove(config.bucket);
    removeFromStore(join(folder.path, "media"), mediaId);
    const answer = await downloadMedia(service, mediaId);
    expect([answer.status, answer.headers.has("Retry-After")]).toEqual([503, true]);
  });
});

function folderWith(name: string, providers: readonly object[]): CliFolder {
  return new CliFolder({
    config: { media_storage_providers: providers },
    mediaBridge: { python: pythonWith(name) },
  });
}

function provider(prefix: string, isSynchronous: boolean): object {
  return {
    module: "s3_storage_provider.S3StorageProviderBackend",
    store_local: true,
    store_remote: true,
    store_synchronous: isSynchronous,
    config: { bucket: bucket.name, endpoint_url: bucket.url, prefix, ...CREDENTIALS },
  };
}

/** Large files are compared by their digests: a mismatch is told without printing megabytes. */
function digest(bytes: Uint8Array): string {
  return hash("sha256", bytes);
}

async function digestInBucket(key: string): Promise<string | undefined> {
  const bytes = await objects.read(bucket.name, key);
  return bytes && digest(bytes);
}
