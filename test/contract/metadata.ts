import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MediaMetadata } from "../../src/media/metadata.ts";
import { newMedia } from "./media-rows.ts";
import { describePendingMedia } from "./metadata-pending.ts";

/** What every {@link MediaMetadata} must do. `open` gives an empty one; the suite closes it. */
export function describeMediaMetadata(name: string, open: () => Promise<MediaMetadata>): void {
  describe(`media metadata in ${name}`, () => {
    let metadata: MediaMetadata;
    beforeEach(async () => {
      metadata = await open();
    });
    afterEach(() => metadata.close());

    it("reads back every column of a row that was inserted", async () => {
      const media = newMedia({ mediaId: "columns", uploadName: "Grüße 🐈.png", mediaLength: 2 ** 52 + 1 });
      await metadata.insertLocalMedia(media);
      expect(await metadata.localMedia("columns")).toEqual({ ...media, quarantinedBy: null });
    });

    it("keeps a row that is not authenticated and has no name as it is", async () => {
      await metadata.insertLocalMedia(newMedia({ mediaId: "legacy", authenticated: false, mediaLength: 0 }));
      expect(await metadata.localMedia("legacy")).toMatchObject({
        authenticated: false,
        uploadName: null,
        mediaLength: 0,
      });
    });

    it("knows no row of an id that was never inserted", async () => {
      expect(await metadata.localMedia("nothing")).toBeUndefined();
    });

    it("tells ids apart that differ in case alone", async () => {
      await metadata.insertLocalMedia(newMedia({ mediaId: "CaseCase", mediaLength: 1 }));
      await metadata.insertLocalMedia(newMedia({ mediaId: "casecase", mediaLength: 2 }));
      expect((await metadata.localMedia("CaseCase"))?.mediaLength).toBe(1);
    });

    it("refuses an id that exists and keeps the first row and its bytes", async () => {
      await metadata.insertLocalMedia(newMedia({ mediaId: "twice", mediaLength: 10 }));
      await expect(metadata.insertLocalMedia(newMedia({ mediaId: "twice", mediaLength: 99 }))).rejects.toMatchObject({
        code: "STORE_FAILED",
        cause: expect.any(Error),
      });
      expect((await metadata.localMedia("twice"))?.mediaLength).toBe(10);
      expect(await metadata.uploadedBytes("@alice:example.org", [0])).toEqual([10]);
    });

    it("fails the one duplicate among uploads that end together, and no other", async () => {
      await metadata.insertLocalMedia(newMedia({ mediaId: "taken" }));
      const ids = ["first", "taken", "second", "second", "third"];
      const results = await Promise.allSettled(ids.map((mediaId) => metadata.insertLocalMedia(newMedia({ mediaId }))));
      expect(results.map(({ status }) => status === "fulfilled")).toEqual([true, false, true, false, true]);
      expect(await metadata.uploadedBytes("@alice:example.org", [0])).toEqual([400]);
    });

    it("shows each row once its insert has resolved, for many uploads at the same time", async () => {
      await Promise.all(
        Array.from({ length: 500 }, async (_, index) => {
          await metadata.insertLocalMedia(newMedia({ mediaId: `many${index}` }));
          expect(await metadata.localMedia(`many${index}`)).toBeDefined();
        }),
      );
      expect(await metadata.uploadedBytes("@alice:example.org", [0])).toEqual([50_000]);
    });

    describe("uploaded bytes", () => {
      beforeEach(async () => {
        await metadata.insertLocalMedia(newMedia({ mediaId: "at1000", createdTs: 1000, mediaLength: 1 }));
        await metadata.insertLocalMedia(newMedia({ mediaId: "at2000", createdTs: 2000, mediaLength: 10 }));
        await metadata.insertLocalMedia(newMedia({ mediaId: "at3000", createdTs: 3000, mediaLength: 100 }));
        await metadata.insertLocalMedia(newMedia({ mediaId: "bob", createdTs: 2500, userId: "@bob:example.org" }));
      });

      it("are those of the user's uploads later than the time, which itself does not count", async () => {
        expect(await sum(metadata, [1999])).toEqual([110]);
        expect(await sum(metadata, [2000])).toEqual([100]);
      });

      it("come in the order that was asked for, whatever it is", async () => {
        expect(await sum(metadata, [2500, 0, 9000, 1000])).toEqual([100, 111, 0, 110]);
      });

      it("are the same for times that are equal, fractions or before the epoch", async () => {
        expect(await sum(metadata, [1500, 1500, 1999.5, -1e300])).toEqual([110, 110, 110, 111]);
      });

      it("are nothing for a user without uploads, and no list for no times", async () => {
        expect(await metadata.uploadedBytes("@carol:example.org", [0])).toEqual([0]);
        expect(await sum(metadata, [])).toEqual([]);
      });
    });

    describePendingMedia(() => metadata);

    it("commits what is pending before it closes", async () => {
      const pending = [metadata.insertLocalMedia(newMedia({ mediaId: "last" })), metadata.close()];
      await Promise.all(pending);
      await expect(metadata.insertLocalMedia(newMedia({ mediaId: "late" }))).rejects.toBeInstanceOf(Error);
      metadata = await open();
    });
  });
}

function sum(metadata: MediaMetadata, sinceTs: number[]): Promise<number[]> {
  return metadata.uploadedBytes("@alice:example.org", sinceTs);
}
