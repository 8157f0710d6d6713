import { beforeEach, describe, expect, it } from "vitest";
import type { MediaStores } from "../../src/media/stores.ts";
import { thumbnailFile } from "../../src/media/thumbnails/thumbnail-file.ts";
import type { PictureFacts, StoredThumbnail } from "../../src/media/thumbnails/thumbnail-rows.ts";
import { newMedia } from "./media-rows.ts";

const CONTENT = "ab".repeat(32);
const SMALL: StoredThumbnail = { width: 32, height: 32, method: "crop", type: "image/png", lengthBytes: 300 };
const LARGE: StoredThumbnail = { width: 800, height: 600, method: "scale", type: "image/jpeg", lengthBytes: 70_000 };
const KNOWN: PictureFacts = {
  picture: { width: 4000, height: 3000, frames: 1 },
  failure: undefined,
  decoder: "sharp 1",
  lookedTs: 1_700_000_000_000,
};

/** What every {@link MediaStores} must do with thumbnails, and what is known of pictures. */
export function describeThumbnails(current: () => MediaStores): void {
  describe("thumbnails", () => {
    let stores: MediaStores;
    beforeEach(async () => {
      stores = current();
      await stores.media.insert(newMedia({ mediaId: "pictured", sha256: CONTENT }));
    });

    const add = (thumbnail: StoredThumbnail, mediaId = "pictured", copyLater: string[] = []) =>
      stores.thumbnails.add(mediaId, thumbnail, copyLater, 1000);

    it("are read back together with what is known of their picture", async () => {
      expect(await stores.thumbnails.look("pictured", CONTENT)).toEqual({ facts: undefined, thumbnails: [] });
      expect(await add(SMALL)).toBe(true);
      expect(await stores.thumbnails.look("pictured", CONTENT)).toEqual({ facts: undefined, thumbnails: [SMALL] });
      await stores.pictures.learn(CONTENT, KNOWN);
      await add(LARGE);
      const { facts, thumbnails } = await stores.thumbnails.look("pictured", CONTENT);
      expect(facts).toEqual(KNOWN);
      expect(thumbnails.toSorted((a, b) => a.width - b.width)).toEqual([SMALL, LARGE]);
    });

    it("are told apart by width, height, method and type, and have one length each", async () => {
      const others = [{ width: 33 }, { height: 33 }, { method: "scale" as const }, { type: "image/webp" }];
      for (const other of others) await add({ ...SMALL, ...other });
      await add(SMALL);
      await add({ ...SMALL, lengthBytes: 301 });
      const { thumbnails } = await stores.thumbnails.look("pictured", CONTENT);
      expect(thumbnails).toHaveLength(5);
      expect(thumbnails).toContainEqual({ ...SMALL, lengthBytes: 301 });
    });

    it("of media that does not exist, or has no content, are not added, nor do providers get them", async () => {
      const pending = { mediaId: "created", createdTs: 1, userId: "@alice:example.org", authenticated: true };
      await stores.pending.create(pending, { maxPending: 5, expiredTs: 0 });
      expect(await add(SMALL, "created", ["one"])).toBe(false);
      expect(await add(SMALL, "never", ["one"])).toBe(false);
      expect(await stores.thumbnails.look("created", CONTENT)).toEqual({ facts: undefined, thumbnails: [] });
      expect(await stores.copies.counts()).toEqual(new Map());
    });

    it("wait for the storage providers that are to get them, in the same commit", async () => {
      await add(SMALL, "pictured", ["one", "two"]);
      expect(await stores.copies.due("one", 1000, 10)).toEqual([
        { provider: "one", file: thumbnailFile("pictured", SMALL), attempts: 0 },
      ]);
      expect(await stores.copies.counts()).toEqual(
        new Map([
          ["one", 1],
          ["two", 1],
        ]),
      );
    });

    it("of other media with the same bytes are found, up to a number of media", async () => {
      await add(SMALL);
      for (const mediaId of ["twinA", "twinB"]) await stores.media.insert(newMedia({ mediaId, sha256: CONTENT }));
      await stores.media.insert(newMedia({ mediaId: "other", sha256: "cd".repeat(32) }));
      await add(LARGE, "twinA");
      await add(SMALL, "other");
      expect(await stores.thumbnails.findTwins(CONTENT, "twinB", 5)).toEqual(
        expect.arrayContaining([
          { ...SMALL, mediaId: "pictured" },
          { ...LARGE, mediaId: "twinA" },
        ]),
      );
      expect(await stores.thumbnails.findTwins(CONTENT, "twinA", 5)).toEqual([{ ...SMALL, mediaId: "pictured" }]);
      expect(await stores.thumbnails.findTwins("ef".repeat(32), "twinA", 5)).toEqual([]);
    });

    it("are made of a picture of which the last look is what is known, be it a failure", async () => {
      const failed: PictureFacts = { ...KNOWN, failure: "TIMEOUT", lookedTs: 1_700_000_000_001 };
      const unknown: PictureFacts = { ...failed, picture: undefined, failure: "BROKEN", decoder: "sharp 2" };
      for (const facts of [KNOWN, failed, unknown, KNOWN]) {
        await stores.pictures.learn(CONTENT, facts);
        expect((await stores.thumbnails.look("pictured", CONTENT)).facts).toEqual(facts);
      }
      expect((await stores.thumbnails.look("pictured", "id:pictured")).facts).toBeUndefined();
    });
  });
}
