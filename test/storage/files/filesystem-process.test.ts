import { spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BlobStore } from "../../../src/media/blobs.ts";
import { openFilesystemBlobs } from "../../../src/storage/files/filesystem-blobs.ts";
import { openSqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../../src/util/log.ts";
import { readBlob } from "../../contract/blobs/blob-bodies.ts";
import { runStory } from "./child-process.ts";
import { createTemporaryFolder, listFolder } from "./temporary-folder.ts";

/** As the service does at start. */
async function recover(blobs: BlobStore, hasRow: (mediaId: string) => Promise<boolean>) {
  return blobs.recover(await blobs.unsettled(), hasRow);
}

const log = createLogger("fatal");
const LARGE_BYTES = 900 * 1024;

describe("a folder of media and its process", () => {
  it.each([1000, LARGE_BYTES])(
    "keeps only what was committed when it is killed amid uploads of %i bytes",
    async (size) => {
      const folder = createTemporaryFolder();
      expect(await runStory("isKilled", [folder, String(size)])).toMatchObject({ signal: "SIGKILL" });
      const stores = openSqliteStores({ path: join(folder, "media.db"), log });
      const blobs = openFilesystemBlobs({ mediaStorePath: join(folder, "media"), log });
      // A small body that was not published was never on disk.
      const removed = size === LARGE_BYTES ? 3 : 2;
      expect(await recover(blobs, async (id) => (await stores.media.find(id)) !== undefined)).toEqual({
        kept: 2,
        removed,
      });
      expect(await stores.pending.find("pendingId")).toBeDefined();
      await stores.close();
      expect(
        listFolder(join(folder, "media")).filter((name) => statSync(join(folder, "media", name)).isFile()),
      ).toEqual(["local_content/co/mm/itted", "local_content/fi/ll/edId"]);
      expect(await readBlob(blobs, "committed")).toHaveLength(size);
    },
  );

  it.each([200 * 1024, 256 * 1024 + 1, 4 * 1024 * 1024])(
    "leaves nothing of an upload of %i bytes that the disk does not take",
    async (size) => {
      const folder = createTemporaryFolder();
      const end = await runStory("meetsFullDisk", [folder, String(size)], "100");
      expect(end).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("EFBIG") });
      const names = listFolder(folder).filter((name) => statSync(join(folder, name)).isFile());
      expect(names).toEqual(["local_content/fi/ts/InStill"]);
    },
  );

  it("makes a store that does not exist and leaves nothing in it", () => {
    const folder = join(createTemporaryFolder(), "new", "store");
    openFilesystemBlobs({ mediaStorePath: folder, log });
    expect(listFolder(folder)).toEqual([]);
    mkdirSync(join(folder, "local_content"));
    openFilesystemBlobs({ mediaStorePath: folder, log });
    expect(listFolder(folder)).toEqual(["local_content"]);
  });

  it("removes what the try of an earlier start left behind, and nothing that has another name or a process", () => {
    const folder = createTemporaryFolder();
    const [uploadsFolder, mediaStorePath] = [join(folder, "uploads"), join(folder, "store")];
    const gone = spawnSync("true").pid;
    const left = [`uploads/check-${gone}-aBc123/file`, `store/media_bridge_check-${gone}`];
    const kept = [
      `uploads/check-${process.ppid}-aBc123/file`,
      "store/check-1-notes",
      `store/local_content/media_bridge_check-${process.ppid}`,
    ];
    for (const path of [...left, ...kept, `store/local_content/media_bridge_check-${process.pid}`]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), "");
    }
    openFilesystemBlobs({ mediaStorePath, uploadsFolder, log });
    expect(listFolder(folder).filter((name) => statSync(join(folder, name)).isFile())).toEqual(kept.toSorted());
  });

  it("does not start with a store that cannot be written or is not a folder, and names path and remedy", () => {
    // Not even root makes a file there.
    expect(() => openFilesystemBlobs({ mediaStorePath: "/sys/kernel", log })).toThrow(
      expect.objectContaining({
        code: "STORE",
        message: expect.stringMatching(/\/sys\/kernel cannot be written: give/),
      }),
    );
    const file = join(createTemporaryFolder(), "file");
    writeFileSync(file, "");
    expect(() => openFilesystemBlobs({ mediaStorePath: file, log })).toThrow(
      expect.objectContaining({ code: "STORE", message: expect.stringContaining(`${file} is not a folder`) }),
    );
  });
});
