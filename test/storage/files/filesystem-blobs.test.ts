import { randomBytes } from "node:crypto";
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { localFile, mediaPath, type StoredMedia, storedMedia } from "../../../src/media-file.ts";
import { openFilesystemBlobs } from "../../../src/storage/files/filesystem-blobs.ts";
import { createLogger } from "../../../src/util/log.ts";
import { publishBlob, readBlob, storeBlob, writeChunks } from "../../contract/blobs/blob-bodies.ts";
import { describeBlobStore } from "../../contract/blobs/blobs.ts";
import type { BlobStore } from "../../../src/media/blobs.ts";
import { createTemporaryFolder, listFolder } from "./temporary-folder.ts";

/** As the service does at start. */
async function recover(blobs: BlobStore, hasRow: (mediaId: string) => Promise<boolean>) {
  return blobs.recover(await blobs.unsettled(), hasRow);
}

const log = createLogger("fatal");
const LARGE_BYTES = 900 * 1024;
const noRow = async () => false;

for (const io of ["sync", "async"] as const) {
  for (const durability of ["full", "relaxed"] as const) {
    describeBlobStore(`a folder (${io}, ${durability})`, async () =>
      openFilesystemBlobs({ mediaStorePath: createTemporaryFolder(), log, io, durability }),
    );
  }
}

describe.each(["sync", "async"] as const)("a folder of media (%s)", (io) => {
  const open = (mediaStorePath: string) => openFilesystemBlobs({ mediaStorePath, log, io, durability: "relaxed" });

  it.each([10, LARGE_BYTES])("has an upload of %i bytes where Synapse looks for it, and nothing else", async (size) => {
    const folder = createTemporaryFolder();
    const path = await storeBlob(open(folder), "ABcd_-efgh", randomBytes(size));
    expect(path).toBe(join(folder, "local_content/AB/cd/_-efgh"));
    expect(listFolder(folder)).toEqual([
      "local_content",
      "local_content/AB",
      "local_content/AB/cd",
      "local_content/AB/cd/_-efgh",
      "media_bridge_uploads",
    ]);
    expect(statSync(join(folder, "media_bridge_uploads")).mode & 0o777).toBe(0o700);
  });

  it.each([10, LARGE_BYTES])(
    "carries an upload of %i bytes under a name with its id until it is settled",
    async (size) => {
      const folder = createTemporaryFolder();
      const writer = open(folder).create("journal");
      await writeChunks(writer.write.bind(writer), randomBytes(size));
      const staged = await publishBlob(writer);
      expect(listFolder(join(folder, "media_bridge_uploads"))).toEqual(["upload-journal"]);
      await staged.settle();
      expect(listFolder(join(folder, "media_bridge_uploads"))).toEqual([]);
    },
  );

  it("takes with an abort the folders that the upload made, and no folder that was there or is in use", async () => {
    const folder = createTemporaryFolder();
    mkdirSync(join(folder, "local_content/aa"), { recursive: true });
    const store = open(folder);
    const [one, other] = [store.create("aabbOne"), store.create("aabbOther")];
    await publishBlob(one);
    await publishBlob(other);
    await one.abort();
    expect(listFolder(join(folder, "local_content"))).toEqual(["aa", "aa/bb", "aa/bb/Other"]);
    await other.abort();
    const alone = store.create("aaccAlone");
    await publishBlob(alone);
    await alone.abort();
    expect(listFolder(join(folder, "local_content"))).toEqual(["aa", "aa/bb"]);
  });

  it.each([10, LARGE_BYTES])(
    "leaves alone the temporary file of another upload with the same id (%i bytes)",
    async (size) => {
      const folder = createTemporaryFolder();
      const store = open(folder);
      mkdirSync(join(folder, "media_bridge_uploads"));
      writeFileSync(join(folder, "media_bridge_uploads/upload-contested"), "other");
      const writer = store.create("contested");
      const upload = writeChunks(writer.write.bind(writer), randomBytes(size)).then(() => publishBlob(writer));
      await expect(upload).rejects.toMatchObject({ cause: { code: "EEXIST" } });
      await writer.abort();
      expect(readFileSync(join(folder, "media_bridge_uploads/upload-contested"), "utf8")).toBe("other");
    },
  );

  it("keeps the temporary name of a file that cannot be removed, so that the next start removes both", async () => {
    const folder = createTemporaryFolder();
    const writer = open(folder).create("stuckFile");
    const path = await (await publishBlob(writer)).localPath();
    // What is in its place for a moment cannot be unlinked.
    renameSync(path, `${path}.aside`);
    mkdirSync(path);
    await writer.abort();
    rmdirSync(path);
    renameSync(`${path}.aside`, path);
    expect(await recover(open(folder), noRow)).toEqual({ kept: 0, removed: 1 });
    expect(listFolder(dirname(path))).toEqual([]);
    expect(listFolder(join(folder, "media_bridge_uploads"))).toEqual([]);
  });

  it("fails a write when its folder is not a folder, with the cause, and takes the next upload once it is", async () => {
    const folder = createTemporaryFolder();
    const store = open(folder);
    writeFileSync(join(folder, "local_content"), "in the way");
    const writer = store.create("blocked");
    await expect(publishBlob(writer)).rejects.toMatchObject({ code: "STORE_FAILED", cause: { syscall: "mkdir" } });
    await writer.abort();
    expect(listFolder(join(folder, "media_bridge_uploads"))).toEqual([]);
    rmSync(join(folder, "local_content"));
    await storeBlob(store, "blocked", Buffer.from("free"));
  });

  it("takes the longest media id, and refuses one that is longer than a file name may be", async () => {
    const store = open(createTemporaryFolder());
    await storeBlob(store, "a".repeat(248), Buffer.from("long"));
    expect((await readBlob(store, "a".repeat(248))).toString()).toBe("long");
    const writer = store.create("b".repeat(300));
    await expect(publishBlob(writer)).rejects.toMatchObject({ cause: { code: "ENAMETOOLONG" } });
    await writer.abort();
  });

  it("serves no folder as a file, and stops where a file was cut short", async () => {
    const folder = createTemporaryFolder();
    const store = open(folder);
    mkdirSync(join(folder, "local_content/fo/ld/er"), { recursive: true });
    expect(await store.open(localFile("folder"))).toBeUndefined();
    const path = await storeBlob(store, "truncated", randomBytes(LARGE_BYTES));
    const reader = await store.open(localFile("truncated"));
    truncateSync(path, 300_000);
    const destination = new PassThrough().resume();
    await expect(reader?.pipe(destination, 0, LARGE_BYTES - 1)).rejects.toMatchObject({ code: "STORE_FAILED" });
    await reader?.close();
  });

  it("takes files of every kind back to their places and serves each, though all have the same id", async () => {
    const folder = createTemporaryFolder();
    const store = open(folder);
    const fileId = "2026-01-02_sameId";
    const thumbnail = { width: 32, height: 24, method: "crop", type: "image/png", length: 1 } as const;
    const files: StoredMedia[] = [null, thumbnail].flatMap((part) => [
      storedMedia({ fileId, thumbnail: part }),
      storedMedia({ fileId, serverName: "ex.com", thumbnail: part }),
      storedMedia({ fileId, urlCache: true, thumbnail: part }),
    ]);
    for (const file of files) {
      expect(await store.open(file)).toBeUndefined();
      const spool = await store.spool(file);
      writeFileSync(spool.path, mediaPath(file));
      await spool.publish();
      await spool.discard();
    }
    for (const file of files) {
      expect(readFileSync(join(folder, mediaPath(file)), "utf8")).toBe(mediaPath(file));
      const reader = await store.open(file);
      expect((await reader?.read(0, reader.size))?.toString()).toBe(mediaPath(file));
      await reader?.close();
    }
    expect(new Set(files.map(mediaPath)).size).toBe(files.length);
  });

  it("opens a store that is full of an operator's files without touching one", async () => {
    const folder = createTemporaryFolder();
    const theirs = [
      "local_content/aa/bb/own",
      "media_bridge_uploads/notes.txt",
      "media_bridge_uploads/upload-a b",
      "upload-abcdef",
    ];
    for (const name of theirs) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), name);
    }
    mkdirSync(join(folder, "media_bridge_uploads/upload-aFolder"));
    symlinkSync(join(folder, theirs[0] ?? ""), join(folder, "media_bridge_uploads/upload-aSymlink"));
    const before = listFolder(folder);
    expect(await recover(open(folder), noRow)).toEqual({ kept: 0, removed: 0 });
    expect(listFolder(folder)).toEqual(before);
  });

  it("at start removes no file that the temporary name does not lead to, though its id be the same", async () => {
    const folder = createTemporaryFolder();
    const path = await storeBlob(open(folder), "sameId", Buffer.from("kept"));
    writeFileSync(join(folder, "media_bridge_uploads/upload-sameId"), "kept");
    expect(await recover(open(folder), noRow)).toEqual({ kept: 0, removed: 1 });
    expect(readFileSync(path, "utf8")).toBe("kept");
    linkSync(path, join(folder, "media_bridge_uploads/upload-sameId"));
    expect(await recover(open(folder), noRow)).toEqual({ kept: 0, removed: 1 });
    expect(listFolder(folder)).not.toContain("local_content/sa/me/Id");
  });
});
