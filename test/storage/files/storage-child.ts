import { randomBytes } from "node:crypto";
import { openFilesystemBlobs } from "../../../src/storage/files/filesystem-blobs.ts";
import { openSqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../../src/util/log.ts";
import { publishBlob, storeBlob, writeChunks } from "../../contract/blobs/blob-bodies.ts";
import { newMedia, uploadedMedia } from "../../contract/media-rows.ts";

const log = createLogger("fatal");
const [, , story, folder = "", size = "0"] = process.argv;
const body = randomBytes(Number(size));

/** What a process of its own does with a store before it ends, is killed, or meets a limit. */
const STORIES: Record<string, () => Promise<void>> = {
  /** Leaves the database open, its thread started and its timer running. */
  async idles() {
    const stores = openSqliteStores({ path: `${folder}/media.db`, log });
    await stores.media.insert(newMedia({ mediaId: "first" }));
    const flushed = stores.flush();
    await stores.media.insert(newMedia({ mediaId: "meanwhile" }));
    await flushed;
    await stores.media.insert(newMedia({ mediaId: "second" }));
    process.stdout.write("idle");
  },
  /**
   * Uploads are under way when the process dies: half written, published, committed; and to ids that were created
   * before: published, filled.
   */
  async isKilled() {
    const stores = openSqliteStores({ path: `${folder}/media.db`, log });
    const blobs = openFilesystemBlobs({ mediaStorePath: `${folder}/media`, log });
    for (const mediaId of ["halfWritten", "published", "committed"]) {
      const writer = blobs.create(mediaId);
      await writeChunks(writer.write.bind(writer), body);
      if (mediaId !== "halfWritten") await publishBlob(writer);
      if (mediaId === "committed") await stores.media.insert(newMedia({ mediaId }));
    }
    for (const mediaId of ["pendingId", "filledId"]) {
      const pending = { mediaId, createdTs: 1, userId: "@alice:example.org", authenticated: true };
      await stores.pending.create(pending, { maxPending: 9, expiredTs: 0 });
      const writer = blobs.create(mediaId);
      await writeChunks(writer.write.bind(writer), body);
      await publishBlob(writer);
      if (mediaId === "filledId") await stores.pending.complete(uploadedMedia({ mediaId }));
    }
    process.kill(process.pid, "SIGKILL");
  },
  /** One upload that the disk does not take, then one that it takes; says how the first failed. */
  async meetsFullDisk() {
    const blobs = openFilesystemBlobs({ mediaStorePath: folder, log, durability: "relaxed" });
    const writer = blobs.create("tooLarge");
    try {
      await writeChunks(writer.write.bind(writer), body);
      await publishBlob(writer);
    } catch (error) {
      if (!(error instanceof Error) || !(error.cause instanceof Error)) throw error;
      process.stdout.write(`${error.message}: ${error.cause.message}`);
    }
    await writer.abort();
    await storeBlob(blobs, "fitsInStill", Buffer.from("small"));
  },
};

await STORIES[story ?? ""]?.();
