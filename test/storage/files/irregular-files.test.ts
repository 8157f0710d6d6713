import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { localFile } from "../../../src/media-file.ts";
import { FilesystemAuditFiles } from "../../../src/storage/files/audit-files.ts";
import { openFilesystemBlobs } from "../../../src/storage/files/filesystem-blobs.ts";
import { readRegularFile } from "../../../src/util/regular-file.ts";
import { publishBlob, readBlob, storeBlob } from "../../contract/blobs/blob-bodies.ts";
import { captureLog } from "../../support/captured-log.ts";
import { createTemporaryFolder, listFolder } from "./temporary-folder.ts";

const SECRET = "not media";

/** Puts something else in the place of a file; `secret` is a file outside the store. */
const REPLACEMENTS: Record<string, (path: string, secret: string) => void> = {
  "a symbolic link": (path, secret) => symlinkSync(secret, path),
  "a symbolic link to nothing": (path) => symlinkSync("/nowhere/at/all", path),
  "a pipe": (path) => void execFileSync("mkfifo", [path]),
  "a socket": (path) => {
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`;
    spawnSync(process.execPath, ["-e", script]);
  },
};

function makeSecret(): string {
  const path = join(createTemporaryFolder(), "secret");
  writeFileSync(path, SECRET);
  return path;
}

// Not on the event loop: without the rule a pipe would hold this process itself. A service of its own shows that case.
describe.each(["full", "relaxed"] as const)("a folder of media (%s)", (durability) => {
  const open = (mediaStorePath: string, log = captureLog()) =>
    openFilesystemBlobs({ mediaStorePath, log, io: "async", durability });

  test.each(Object.keys(REPLACEMENTS))(
    "serves nothing where %s is in the place of a file, and says so",
    async (what) => {
      const [folder, log] = [createTemporaryFolder(), captureLog()];
      const store = open(folder, log);
      const path = await storeBlob(store, "replaced", Buffer.from("media"));
      rmSync(path);
      put(what, path);
      expect(await store.open(localFile("replaced"))).toBeUndefined();
      expect(log.lines).toMatchObject([{ level: "warn", facts: { path } }]);
      await store.close();
    },
  );

  test.each(Object.keys(REPLACEMENTS))("takes nothing back where a provider left %s", async (what) => {
    const folder = createTemporaryFolder();
    const store = open(folder);
    const spool = await store.spool(localFile("comesBack"));
    put(what, spool.path);
    await expect(spool.publish()).rejects.toMatchObject({ code: "STORE_FAILED" });
    await spool.discard();
    expect(listFolder(folder).filter((name) => name.startsWith("local_content/"))).toEqual([]);
    await store.close();
  });

  test("never writes through a symbolic link that is in the place of a new file", async () => {
    const [folder, secret] = [createTemporaryFolder(), makeSecret()];
    const store = open(folder);
    for (const place of ["media_bridge_uploads/upload-linkedId", "local_content/li/nk/edId"]) {
      mkdirSync(dirname(join(folder, place)), { recursive: true });
      symlinkSync(secret, join(folder, place));
      const writer = store.create("linkedId");
      await writer.write(Buffer.from("media"));
      await expect(publishBlob(writer)).rejects.toMatchObject({ code: "STORE_FAILED", cause: { code: "EEXIST" } });
      await writer.abort();
      rmSync(join(folder, place));
    }
    expect(readFileSync(secret, "utf8")).toBe(SECRET);
    await store.close();
  });

  test("works where the store, its content and a folder in that are symbolic links of the operator's", async () => {
    const [folder, disk] = [createTemporaryFolder(), createTemporaryFolder()];
    mkdirSync(join(disk, "store"));
    symlinkSync(join(disk, "store"), join(folder, "media"));
    const early = open(join(folder, "media"));
    await storeBlob(early, "aabbOne", Buffer.from("one"));
    await early.close();
    renameSync(join(disk, "store/local_content"), join(disk, "store/content"));
    symlinkSync(join(disk, "store/content"), join(disk, "store/local_content"));
    renameSync(join(disk, "store/content/aa"), join(disk, "store/aa"));
    symlinkSync(join(disk, "store/aa"), join(disk, "store/content/aa"));
    const store = open(join(folder, "media"));
    await storeBlob(store, "aabbTwo", Buffer.from("two"));
    await storeBlob(store, "ccddThree", Buffer.from("three"));
    const read = async (mediaId: string) => (await readBlob(store, mediaId)).toString();
    expect([await read("aabbOne"), await read("aabbTwo"), await read("ccddThree")]).toEqual(["one", "two", "three"]);
    const files = new FilesystemAuditFiles(join(folder, "media"), join(folder, "uploads"));
    expect(await files.inspect("aabbTwo", 3)).toMatchObject({ is: "there", sizeBytes: 3, sha256: expect.any(String) });
    await store.close();
  });
});

test.each(Object.keys(REPLACEMENTS))("A stream of a file fails where %s is in its place", async (what) => {
  const path = join(createTemporaryFolder(), "file");
  put(what, path);
  await expect(text(readRegularFile(path))).rejects.toThrow(path);
});

test("A stream of a file has what is in it, in pieces of the size that is asked for", async () => {
  const path = join(createTemporaryFolder(), "file");
  writeFileSync(path, "x".repeat(25));
  const sizes: number[] = [];
  for await (const piece of readRegularFile(path, 10)) sizes.push((piece as Buffer).length);
  expect(sizes).toEqual([10, 10, 5]);
});

test.each(Object.keys(REPLACEMENTS))("Verification calls a file unreadable where %s is in its place", async (what) => {
  const folder = createTemporaryFolder();
  mkdirSync(join(folder, "local_content/re/pl"), { recursive: true });
  put(what, join(folder, "local_content/re/pl/aced"));
  const files = new FilesystemAuditFiles(folder, join(folder, "uploads"));
  expect(await files.inspect("replaced", SECRET.length)).toMatchObject({ is: "unreadable" });
});

function put(what: string, path: string): void {
  REPLACEMENTS[what]?.(path, makeSecret());
}
