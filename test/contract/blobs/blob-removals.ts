import { randomBytes } from "node:crypto";
import { readFile, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { localFile, storedMedia } from "../../../src/media-file.ts";
import type { BlobStore } from "../../../src/media/blobs.ts";
import { collectPieces, readBlob, storeBlob } from "./blob-bodies.ts";

const KIB = 1024;

/** What every {@link BlobStore} must do with files that are removed, and with thumbnails of media that goes. */
export function describeRemovals(current: () => BlobStore): void {
  describe("removal", () => {
    let store: BlobStore;
    beforeEach(() => {
      store = current();
    });

    it("removes a file, with the folders that it leaves empty", async () => {
      const path = await storeBlob(store, "removedOne", Buffer.from("gone"));
      const other = await storeBlob(store, "removedTwo", Buffer.from("stays"));
      await store.remove(localFile("removedOne"));
      expect(await store.open(localFile("removedOne"))).toBeUndefined();
      await expect(stat(path)).rejects.toMatchObject({ code: "ENOENT" });
      expect(await readFile(other, "utf8")).toBe("stays");
      await store.remove(localFile("removedTwo"));
      await expect(stat(dirname(dirname(path)))).rejects.toMatchObject({ code: "ENOENT" });
      expect((await stat(dirname(dirname(dirname(path))))).isDirectory()).toBe(true);
    });

    it("removes nothing where there is no file, and none of an id that no file can have", async () => {
      for (const id of ["neverThere", "..", "../../etc/passwd", ""]) {
        expect(await store.remove(localFile(id))).toBeUndefined();
      }
    });

    it("lets a reader that is open read a removed file to its end", async () => {
      const body = randomBytes(1500 * KIB);
      await storeBlob(store, "readOn", body);
      const reader = await store.open(localFile("readOn"));
      await store.remove(localFile("readOn"));
      const { destination, received } = collectPieces();
      await reader?.pipe(destination, 0, body.length - 1);
      expect(Buffer.concat(received).equals(body)).toBe(true);
      await reader?.close();
    });

    it("makes the folder of an upload again that a removal takes away", async () => {
      const ids = Array.from({ length: 40 }, (_, index) => `race${index}`);
      await Promise.all(
        ids.map(async (id) => {
          await storeBlob(store, id, Buffer.from(id));
          await store.remove(localFile(id));
          await storeBlob(store, `${id}again`, Buffer.from(id));
        }),
      );
      for (const id of ids) expect((await readBlob(store, `${id}again`)).toString()).toBe(id);
    });

    it("finds the thumbnails of media on disk, and removes them with their folder", async () => {
      const sizes = [
        { width: 32, height: 32, method: "crop", type: "image/png" },
        { width: 800, height: 600, method: "scale", type: "image/webp" },
      ] as const;
      const thumbnails = sizes.map((size) => storedMedia({ fileId: "pictured", thumbnail: { ...size, length: 0 } }));
      expect(await store.thumbnailsOf(localFile("pictured"))).toEqual([]);
      for (const thumbnail of thumbnails) {
        const spool = await store.spool(thumbnail);
        await writeFile(spool.path, "pixels");
        await spool.publish();
        await spool.discard();
      }
      const found = await store.thumbnailsOf(localFile("pictured"));
      expect(found).toHaveLength(2);
      expect(found).toEqual(expect.arrayContaining(thumbnails));
      expect(await store.thumbnailsOf(localFile(".."))).toEqual([]);
      for (const thumbnail of found) await store.remove(thumbnail);
      expect(await store.thumbnailsOf(localFile("pictured"))).toEqual([]);
      expect(await store.open(thumbnails[0] ?? localFile(""))).toBeUndefined();
    });
  });
}
