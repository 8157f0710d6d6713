import { readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { MatrixError } from "../../../src/errors.ts";
import type { BlobStore, BlobWorkshop } from "../../../src/media/blobs.ts";
import { localFile, storedMedia } from "../../../src/media-file.ts";
import { storeBlob } from "./blob-bodies.ts";

const THUMBNAIL = { width: 32, height: 24, method: "crop", type: "image/png", length: 4 } as const;
const FILE = storedMedia({ fileId: "pictured", thumbnail: THUMBNAIL });
const STORE_FAILED = { code: "STORE_FAILED" };

/** What every {@link BlobStore} must do for jobs that make files. */
export function describeWorkshops(current: () => BlobStore): void {
  describe("a workshop", () => {
    let store: BlobStore;
    let workshop: BlobWorkshop;
    beforeEach(async () => {
      store = current();
      workshop = await store.workshop("pictured");
    });

    async function write(name: string, content: string): Promise<string> {
      const path = join(workshop.path, name);
      await writeFile(path, content);
      return path;
    }

    async function read(): Promise<string | undefined> {
      const reader = await store.open(FILE);
      const content = (await reader?.read(0, reader.size))?.toString();
      await reader?.close();
      return content;
    }

    it("shows a file that it made once it is placed, under the path where modules expect it", async () => {
      const path = await write("a", "made");
      expect(await read()).toBeUndefined();
      const placed = await workshop.place(path, FILE);
      expect(placed.lengthBytes).toBe(4);
      expect(await placed.localPath()).toMatch(/local_thumbnails\/pi\/ct\/ured\/32-24-image-png-crop$/);
      expect(await readFile(await placed.localPath(), "utf8")).toBe("made");
      await workshop.discard();
      expect(await read()).toBe("made");
    });

    it("puts a file in the place of the one that is there", async () => {
      await workshop.place(await write("a", "first"), FILE);
      await workshop.place(await write("b", "second"), FILE);
      expect(await read()).toBe("second");
    });

    it("takes a placed file back, with the folders that are empty then and no others", async () => {
      const other = storedMedia({ fileId: "pictured", thumbnail: { ...THUMBNAIL, method: "scale" } });
      const placed = await workshop.place(await write("a", "made"), FILE);
      const kept = await workshop.place(await write("b", "kept"), other);
      const folder = dirname(await placed.localPath());
      await placed.takeBack();
      expect(await read()).toBeUndefined();
      expect(await readFile(await kept.localPath(), "utf8")).toBe("kept");
      await kept.takeBack();
      await expect(stat(folder)).rejects.toMatchObject({ code: "ENOENT" });
    });

    it("places nothing but its own regular files", async () => {
      const path = await storeBlob(store, "original", Buffer.from("secret"));
      await expect(workshop.place(path, FILE)).rejects.toMatchObject(STORE_FAILED);
      const link = join(workshop.path, "link");
      await symlink(path, link);
      const failure = await workshop.place(link, FILE).catch((error: unknown) => error);
      expect(MatrixError.is(failure) && failure.code).toBe("STORE_FAILED");
      await expect(workshop.place(join(workshop.path, "missing"), FILE)).rejects.toMatchObject(STORE_FAILED);
      expect(await read()).toBeUndefined();
    });

    it("places no file that can have no path", async () => {
      const nowhere = storedMedia({ fileId: "../up", thumbnail: THUMBNAIL });
      await expect(workshop.place(await write("a", "x"), nowhere)).rejects.toMatchObject(STORE_FAILED);
    });

    it("has a local path for a stored file, and none where there is no file", async () => {
      await storeBlob(store, "original", Buffer.from("pixels"));
      expect(await readFile((await workshop.localPath(localFile("original"))) ?? "", "utf8")).toBe("pixels");
      expect(await workshop.localPath(localFile("nothing"))).toBeUndefined();
    });

    it("adopts the content of a stored file, which stays where it is", async () => {
      await storeBlob(store, "original", Buffer.from("pixels"));
      const adopted = (await workshop.adopt(localFile("original"), 6)) ?? "";
      await workshop.place(adopted, FILE);
      expect(await read()).toBe("pixels");
      expect(await readFile((await workshop.localPath(localFile("original"))) ?? "", "utf8")).toBe("pixels");
    });

    it("adopts no file of another length, and none that is gone", async () => {
      await storeBlob(store, "original", Buffer.from("pixels"));
      expect(await workshop.adopt(localFile("original"), 7)).toBeUndefined();
      expect(await workshop.adopt(localFile("nothing"), 6)).toBeUndefined();
    });

    it("takes what it did not place with it", async () => {
      await write("a", "left");
      await workshop.discard();
      await expect(stat(workshop.path)).rejects.toMatchObject({ code: "ENOENT" });
      await workshop.discard();
    });

    it("that an ended process left goes with what it had placed where the media is gone, and with that alone", async () => {
      await workshop.place(await write("a", "made"), FILE);
      const kept = await store.workshop("another");
      const other = storedMedia({ fileId: "another", thumbnail: THUMBNAIL });
      await writeFile(join(kept.path, "a"), "made");
      const placed = await kept.place(join(kept.path, "a"), other);
      const unsettled = await store.unsettled();
      await store.recover(unsettled, async (mediaId) => mediaId === "another");
      expect(await read()).toBeUndefined();
      expect(await store.thumbnailsOf(localFile("pictured"))).toEqual([]);
      expect(await readFile(await placed.localPath(), "utf8")).toBe("made");
    });

    it("that an ended process left is removed at the next start, and one that is begun then is not", async () => {
      await write("a", "left");
      const unsettled = await store.unsettled();
      const later = await store.workshop("pictured");
      await writeFile(join(later.path, "b"), "under way");
      await store.recover(unsettled, async () => true);
      await expect(stat(workshop.path)).rejects.toMatchObject({ code: "ENOENT" });
      expect(await readFile(join(later.path, "b"), "utf8")).toBe("under way");
    });
  });
}
