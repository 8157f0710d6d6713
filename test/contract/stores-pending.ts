import { beforeEach, describe, expect, it } from "vitest";
import type { MediaStores } from "../../src/media/stores.ts";
import { newMedia, uploadedMedia } from "./media-rows.ts";

const ALICE = "@alice:example.org";
const ANY = { maxPending: 100, expiredTs: 0 };

/** What every {@link MediaStores} must do with media ids that have no content yet. */
export function describePendingMedia(current: () => MediaStores): void {
  describe("a media id without content", () => {
    let stores: MediaStores;
    beforeEach(() => {
      stores = current();
    });

    const create = (mediaId: string, createdTs = 1000, allowance = ANY, userId = ALICE) =>
      stores.pending.create({ mediaId, createdTs, userId, authenticated: true }, allowance);

    it("reads back as it was created, and is not served as media", async () => {
      expect(await create("pending")).toEqual({ created: true });
      expect(await stores.pending.find("pending")).toEqual({
        mediaId: "pending",
        createdTs: 1000,
        userId: ALICE,
        quarantinedBy: null,
        authenticated: true,
      });
      expect(await stores.media.find("pending")).toBeUndefined();
      expect(await stores.usage.uploadedBytes(ALICE, [0])).toEqual([0]);
    });

    it("keeps that it is not authenticated", async () => {
      const media = { mediaId: "legacy", createdTs: 1, userId: ALICE, authenticated: false };
      await stores.pending.create(media, ANY);
      expect((await stores.pending.find("legacy"))?.authenticated).toBe(false);
    });

    it("is not found where it was never created, or has content", async () => {
      await stores.media.insert(newMedia({ mediaId: "full" }));
      expect(await stores.pending.find("nothing")).toBeUndefined();
      expect(await stores.pending.find("full")).toBeUndefined();
    });

    it("is refused where it exists, with content or without", async () => {
      await stores.media.insert(newMedia({ mediaId: "full" }));
      await create("pending");
      await expect(create("full")).rejects.toMatchObject({ code: "STORE_FAILED" });
      await expect(create("pending")).rejects.toMatchObject({ code: "STORE_FAILED" });
    });

    it("is filled once, keeps when it was created, and counts from when it was uploaded", async () => {
      await create("filled", 1000);
      const media = uploadedMedia({ mediaId: "filled", uploadedTs: 9000, uploadName: "é.png", mediaLength: 7 });
      expect(await stores.pending.complete(media)).toBe(true);
      const { uploadedTs: _, ...columns } = media;
      const expected = { ...columns, createdTs: 1000, quarantinedBy: null, authenticated: true };
      expect(await stores.media.find("filled")).toEqual(expected);
      expect(await stores.pending.find("filled")).toBeUndefined();
      expect(await stores.usage.uploadedBytes(ALICE, [8999, 9000])).toEqual([7, 0]);
      expect(await stores.pending.complete(uploadedMedia({ mediaId: "filled", mediaLength: 99 }))).toBe(false);
      expect(await stores.media.find("filled")).toEqual(expected);
      expect(await stores.usage.uploadedBytes(ALICE, [0])).toEqual([7]);
    });

    it("is not filled where it was never created, and nothing is counted then", async () => {
      expect(await stores.pending.complete(uploadedMedia({ mediaId: "nothing" }))).toBe(false);
      expect(await stores.media.find("nothing")).toBeUndefined();
      expect(await stores.usage.uploadedBytes(ALICE, [0])).toEqual([0]);
    });

    it("is filled by exactly one of many that try together", async () => {
      await create("raced");
      const tries = Array.from({ length: 20 }, (_, index) =>
        stores.pending.complete(uploadedMedia({ mediaId: "raced", mediaLength: index + 1 })),
      );
      expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1);
      const stored = await stores.media.find("raced");
      expect(await stores.usage.uploadedBytes(ALICE, [0])).toEqual([stored?.mediaLength]);
    });

    it("is refused over the allowance, with the oldest that counts, though many are asked for together", async () => {
      const allowance = { maxPending: 3, expiredTs: 0 };
      const tries = Array.from({ length: 10 }, (_, index) => create(`many${index}`, 5000 + index, allowance));
      const created = (await Promise.all(tries)).filter((creation) => creation.created);
      expect(created).toHaveLength(3);
      expect(await create("more", 6000, allowance)).toEqual({ created: false, oldestCreatedTs: 5000 });
      expect(await stores.pending.find("more")).toBeUndefined();
    });

    it("counts against its own user alone, and no longer once it is filled or has expired", async () => {
      await create("old", 1000);
      await create("used", 2000);
      await create("fresh", 3000);
      await create("bobs", 3000, ANY, "@bob:example.org");
      await stores.pending.complete(uploadedMedia({ mediaId: "used" }));
      expect(await create("no", 4000, { maxPending: 2, expiredTs: 999 })).toMatchObject({ oldestCreatedTs: 1000 });
      expect(await create("no", 4000, { maxPending: 1, expiredTs: 1000 })).toMatchObject({ oldestCreatedTs: 3000 });
      expect(await create("yes", 4000, { maxPending: 2, expiredTs: 1000 })).toEqual({ created: true });
    });

    it("is refused altogether where none may be", async () => {
      expect(await create("none", 1000, { maxPending: 0, expiredTs: 0 })).toEqual({
        created: false,
        oldestCreatedTs: null,
      });
    });
  });
}
