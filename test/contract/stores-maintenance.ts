import { beforeEach, describe, expect, it } from "vitest";
import type { MediaStores } from "../../src/media/stores.ts";
import { newMedia } from "./media-rows.ts";

const ALICE = "@alice:example.org";
const ONE = { name: "media_retention", owner: "one" };
const OTHER = { name: "media_retention", owner: "other" };

/** What every {@link MediaStores} must do for jobs. */
export function describeMaintenance(current: () => MediaStores): void {
  describe("the lease of a job", () => {
    let stores: MediaStores;
    beforeEach(() => {
      stores = current();
    });

    it("is had by one process at a time, until it is released", async () => {
      const claims = await Promise.all([stores.jobs.claim(ONE, 1000, 2000), stores.jobs.claim(OTHER, 1000, 2000)]);
      expect(claims).toEqual([true, false]);
      expect(await stores.jobs.claim({ name: "unused_ids", owner: "other" }, 1000, 2000)).toBe(true);
      const run = { done: 5, failed: 1, endedTs: 1500, nextTs: 9000, lastError: "why" };
      await stores.jobs.release(OTHER, { ...run, done: 99 });
      expect(await stores.jobs.claim(OTHER, 1500, 2000)).toBe(false);
      await stores.jobs.release(ONE, run);
      const [record] = await stores.jobs.list();
      expect(record).toEqual({
        name: "media_retention",
        owner: undefined,
        leaseUntilTs: undefined,
        startedTs: 1000,
        ...run,
      });
      expect(await stores.jobs.claim(OTHER, 1500, 2000)).toBe(true);
    });

    it("ends by itself, and is then another's: the first one can neither renew nor release it", async () => {
      await stores.jobs.claim(ONE, 1000, 2000);
      expect(await stores.jobs.renew(ONE, 3000, { done: 1, failed: 0 })).toBe(true);
      expect(await stores.jobs.claim(OTHER, 2999, 5000)).toBe(false);
      expect(await stores.jobs.claim(OTHER, 3000, 5000)).toBe(true);
      expect(await stores.jobs.renew(ONE, 9000, { done: 2, failed: 0 })).toBe(false);
      await stores.jobs.release(ONE, { done: 2, failed: 0, endedTs: 1, nextTs: 2, lastError: undefined });
      expect(await stores.jobs.list()).toMatchObject([{ owner: "other", leaseUntilTs: 5000, done: 0 }]);
    });

    it("is given to who comes by the timetable only where the job is due", async () => {
      expect(await stores.jobs.claim(ONE, 1000, 2000, 10_000)).toBe(true);
      await stores.jobs.release(ONE, { done: 0, failed: 0, endedTs: 1100, nextTs: 5000, lastError: undefined });
      expect(await stores.jobs.claim(OTHER, 4999, 6000, 10_000)).toBe(false);
      expect(await stores.jobs.claim(OTHER, 5000, 6000, 10_000)).toBe(true);
    });
  });

  describe("a lease and a timetable that were written by a clock that was wrong", () => {
    it("keep no process from the job", async () => {
      const { jobs } = current();
      await jobs.claim(ONE, 9_001_000, 9_002_000);
      expect(await jobs.claim(OTHER, 1000, 2000, 10_000)).toBe(true);
      await jobs.release(OTHER, { done: 0, failed: 0, endedTs: 1100, nextTs: 9_000_000, lastError: undefined });
      expect(await jobs.claim(ONE, 1200, 2000, 10_000)).toBe(true);
    });
  });

  describe("rows that are of no use any more", () => {
    let stores: MediaStores;
    beforeEach(() => {
      stores = current();
    });

    it("are ids that were created long ago and have no content, a few at a time", async () => {
      for (const [mediaId, createdTs] of [
        ["a", 1],
        ["b", 2],
        ["c", 3],
        ["young", 10],
      ] as const) {
        const media = { mediaId, createdTs, userId: ALICE, authenticated: true };
        await stores.pending.create(media, { maxPending: 10, expiredTs: 0 });
      }
      await stores.media.insert(newMedia({ mediaId: "full", createdTs: 1 }));
      expect(await stores.leftovers.countUnusedIds(10)).toBe(3);
      expect([await stores.leftovers.removeUnusedIds(10, 2), await stores.leftovers.removeUnusedIds(10, 2)]).toEqual([
        2, 1,
      ]);
      expect(await stores.leftovers.countUnusedIds(10)).toBe(0);
      expect(await stores.pending.find("young")).toBeDefined();
      expect(await stores.media.find("full")).toBeDefined();
    });
  });
}
