import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MediaStores } from "../../src/media/stores.ts";
import { newMedia } from "./media-rows.ts";
import { describeAdministration } from "./stores-administration.ts";
import { describeAudit } from "./stores-audit.ts";
import { describeDeletions } from "./stores-deletions.ts";
import { describeMaintenance } from "./stores-maintenance.ts";
import { describePendingMedia } from "./stores-pending.ts";
import { describeThumbnails } from "./stores-thumbnails.ts";
import { describeQuarantine } from "./stores-quarantine.ts";

/** What every {@link MediaStores} must do. `open` gives an empty one; the suite closes it. */
export function describeStores(name: string, open: () => Promise<MediaStores>): void {
  describe(`stores in ${name}`, () => {
    let stores: MediaStores;
    beforeEach(async () => {
      stores = await open();
    });
    afterEach(() => stores.close());

    it("reads back every column of a row that was inserted", async () => {
      const media = newMedia({ mediaId: "columns", uploadName: "Grüße 🐈.png", mediaLength: 2 ** 52 + 1 });
      await stores.media.insert(media);
      expect(await stores.media.find("columns")).toEqual({ ...media, quarantinedBy: null });
    });

    it("keeps a row that is not authenticated and has no name as it is", async () => {
      await stores.media.insert(newMedia({ mediaId: "legacy", authenticated: false, mediaLength: 0 }));
      expect(await stores.media.find("legacy")).toMatchObject({
        authenticated: false,
        uploadName: null,
        mediaLength: 0,
      });
    });

    it("has no row of an id that was never inserted", async () => {
      expect(await stores.media.find("nothing")).toBeUndefined();
    });

    it("tells ids apart that differ in case alone", async () => {
      await stores.media.insert(newMedia({ mediaId: "CaseCase", mediaLength: 1 }));
      await stores.media.insert(newMedia({ mediaId: "casecase", mediaLength: 2 }));
      expect((await stores.media.find("CaseCase"))?.mediaLength).toBe(1);
    });

    it("refuses an id that exists and keeps the first row and its bytes", async () => {
      await stores.media.insert(newMedia({ mediaId: "twice", mediaLength: 10 }));
      await expect(stores.media.insert(newMedia({ mediaId: "twice", mediaLength: 99 }))).rejects.toMatchObject({
        code: "STORE_FAILED",
        cause: expect.any(Error),
      });
      expect((await stores.media.find("twice"))?.mediaLength).toBe(10);
      expect(await stores.usage.uploadedBytes("@alice:example.org", [0])).toEqual([10]);
    });

    it("fails the one duplicate among uploads that end together, and no other", async () => {
      await stores.media.insert(newMedia({ mediaId: "taken" }));
      const ids = ["first", "taken", "second", "second", "third"];
      const results = await Promise.allSettled(ids.map((mediaId) => stores.media.insert(newMedia({ mediaId }))));
      expect(results.map(({ status }) => status === "fulfilled")).toEqual([true, false, true, false, true]);
      expect(await stores.usage.uploadedBytes("@alice:example.org", [0])).toEqual([400]);
    });

    it("shows each row once its insert has resolved, for many uploads at the same time", async () => {
      await Promise.all(
        Array.from({ length: 500 }, async (_, index) => {
          await stores.media.insert(newMedia({ mediaId: `many${index}` }));
          expect(await stores.media.find(`many${index}`)).toBeDefined();
        }),
      );
      expect(await stores.usage.uploadedBytes("@alice:example.org", [0])).toEqual([50_000]);
    });

    describe("uploaded bytes", () => {
      beforeEach(async () => {
        await stores.media.insert(newMedia({ mediaId: "at1000", createdTs: 1000, mediaLength: 1 }));
        await stores.media.insert(newMedia({ mediaId: "at2000", createdTs: 2000, mediaLength: 10 }));
        await stores.media.insert(newMedia({ mediaId: "at3000", createdTs: 3000, mediaLength: 100 }));
        await stores.media.insert(newMedia({ mediaId: "bob", createdTs: 2500, userId: "@bob:example.org" }));
      });

      it("are those of the user's uploads later than the time, which itself does not count", async () => {
        expect(await sum(stores, [1999])).toEqual([110]);
        expect(await sum(stores, [2000])).toEqual([100]);
      });

      it("come in the order that was asked for, whatever it is", async () => {
        expect(await sum(stores, [2500, 0, 9000, 1000])).toEqual([100, 111, 0, 110]);
      });

      it("are the same for times that are equal, fractions or before the epoch", async () => {
        expect(await sum(stores, [1500, 1500, 1999.5, -1e300])).toEqual([110, 110, 110, 111]);
      });

      it("are nothing for a user without uploads, and no list for no times", async () => {
        expect(await stores.usage.uploadedBytes("@carol:example.org", [0])).toEqual([0]);
        expect(await sum(stores, [])).toEqual([]);
      });
    });

    describePendingMedia(() => stores);
    describeAudit(() => stores);
    describeThumbnails(() => stores);
    describeMaintenance(() => stores);
    describeQuarantine(() => stores);
    describeAdministration(() => stores);
    describeDeletions(() => stores);

    it("commits what is pending before it closes", async () => {
      const pending = [stores.media.insert(newMedia({ mediaId: "last" })), stores.close()];
      await Promise.all(pending);
      await expect(stores.media.insert(newMedia({ mediaId: "late" }))).rejects.toBeInstanceOf(Error);
      stores = await open();
    });
  });
}

function sum(stores: MediaStores, sinceTs: number[]): Promise<number[]> {
  return stores.usage.uploadedBytes("@alice:example.org", sinceTs);
}
