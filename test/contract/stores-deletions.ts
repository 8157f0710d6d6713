import { beforeEach, describe, expect, it } from "vitest";
import { localFile, storedMedia } from "../../src/media-file.ts";
import type { DeletionStep } from "../../src/media/deletion/deletion-rows.ts";
import type { MediaStores } from "../../src/media/stores.ts";
import { newMedia } from "./media-rows.ts";

const ALICE = "@alice:example.org";
const DAY_MS = 86_400_000;
const CREATED_TS = 1_700_000_000_000;

/** What every {@link MediaStores} must do when media is deleted. */
export function describeDeletions(current: () => MediaStores): void {
  describe("a deletion", () => {
    let stores: MediaStores;
    beforeEach(() => {
      stores = current();
    });

    const insert = (mediaId: string, facts: object = {}) => stores.media.insert(newMedia({ mediaId, ...facts }));
    const due = (step: DeletionStep = "files") => stores.deletions.due(step, CREATED_TS + DAY_MS, 100);

    it("removes the row, what it counts and the copies that wait, and is in the journal from then on", async () => {
      await insert("deleted", { mediaLength: 7, copyLater: ["bucket"] });
      await insert("stays", { mediaLength: 11, copyLater: ["bucket"] });
      const [deletion, ...others] = await stores.deletions.begin(["nothing", "deleted"], CREATED_TS);
      const expected = { mediaId: "deleted", files: [localFile("deleted")], isUnknown: false, attempts: 0 };
      expect([deletion, others]).toEqual([expected, []]);
      expect(await due()).toEqual([expected]);
      expect(await stores.media.find("deleted")).toBeUndefined();
      expect(await stores.media.find("stays")).toBeDefined();
      expect(await stores.usage.uploadedBytes(ALICE, [0])).toEqual([11]);
      expect(await stores.copies.counts()).toEqual(new Map([["bucket", 1]]));
      expect(await stores.audit.knows("deleted")).toBe("deleted");
      expect(await stores.deletions.begin(["deleted"], CREATED_TS)).toEqual([]);
    });

    it("is in the journal until each of its steps is done, and each is due by itself", async () => {
      for (const mediaId of ["first", "second"]) await insert(mediaId);
      const [first] = await stores.deletions.begin(["first", "second"], CREATED_TS);
      if (first === undefined) throw new Error("nothing was deleted");
      await stores.deletions.done("files", "second", [], CREATED_TS);
      expect(await stores.deletions.count()).toBe(1);
      await stores.deletions.done("files", "first", ["modules", "provider bucket"], CREATED_TS);
      expect((await stores.deletions.steps()).toSorted()).toEqual(["modules", "provider bucket"]);
      expect([await due(), await due("modules"), await due("provider bucket")]).toEqual([[], [first], [first]]);
      await stores.deletions.postpone("provider bucket", "first", { attempts: 1, nextTs: CREATED_TS + 2 * DAY_MS });
      expect([await due("modules"), await due("provider bucket")]).toEqual([[first], []]);
      expect(await stores.deletions.nextDueTs("modules", CREATED_TS)).toBeUndefined();
      expect(await stores.deletions.nextDueTs("provider bucket", CREATED_TS)).toBe(CREATED_TS + 2 * DAY_MS);
      const later = await stores.deletions.due("provider bucket", CREATED_TS + 2 * DAY_MS, 100);
      expect(later).toEqual([{ ...first, attempts: 1 }]);
      await stores.deletions.done("modules", "first", [], CREATED_TS);
      expect([await stores.deletions.count(), await stores.audit.knows("first")]).toEqual([1, "deleted"]);
      await stores.deletions.done("provider bucket", "first", [], CREATED_TS);
      expect([await stores.deletions.count(), await stores.deletions.steps()]).toEqual([0, []]);
      expect(await stores.audit.knows("first")).toBe("unknown");
    });

    it("is due at once where it was postponed by a clock that was wrong", async () => {
      await insert("deleted");
      const [deletion] = await stores.deletions.begin(["deleted"], CREATED_TS);
      if (deletion === undefined) throw new Error("nothing was deleted");
      await stores.deletions.postpone("files", "deleted", { attempts: 1, nextTs: CREATED_TS + 400 * DAY_MS });
      expect(await stores.deletions.due("files", CREATED_TS, 100)).toEqual([{ ...deletion, attempts: 1 }]);
    });

    it("takes an id without content as well, of which modules have never been told", async () => {
      const media = { mediaId: "pending", createdTs: 1, userId: ALICE, authenticated: true };
      await stores.pending.create(media, { maxPending: 10, expiredTs: 0 });
      expect(await stores.deletions.begin(["pending"], CREATED_TS)).toMatchObject([{ isUnknown: true }]);
      expect(await stores.pending.find("pending")).toBeUndefined();
    });

    it("by criteria spares what does not meet them when it is deleted, though it did when it was read", async () => {
      const criteria = { beforeTs: CREATED_TS + 1, largerThanBytes: 10 };
      await insert("meets", { mediaLength: 11 });
      await insert("small", { mediaLength: 10 });
      await insert("young", { mediaLength: 11, createdTs: CREATED_TS + 1 });
      await insert("read", { mediaLength: 11 });
      await stores.media.touch(["read"], CREATED_TS + 5);
      const pending = { mediaId: "pending", createdTs: 1, userId: ALICE, authenticated: true };
      await stores.pending.create(pending, { maxPending: 10, expiredTs: 0 });
      const ids = ["meets", "small", "young", "read", "pending"];
      const deleted = await stores.deletions.begin(ids, CREATED_TS, criteria);
      expect(deleted.map(({ mediaId }) => mediaId)).toEqual(["meets"]);
    });

    it("reads all candidates in the order of their ids, a few at a time, with when they were last used", async () => {
      for (const mediaId of ["c", "a", "b", "d"]) await insert(mediaId, { mediaLength: 5 });
      await stores.media.touch(["b"], CREATED_TS + 5);
      const found = await stores.deletions.candidates("a", 2);
      const candidate = { mediaLength: 5, lastUsedTs: CREATED_TS, isSpared: false };
      expect(found).toEqual([
        { ...candidate, mediaId: "b", lastUsedTs: CREATED_TS + 5 },
        { ...candidate, mediaId: "c" },
      ]);
      expect(await stores.deletions.candidates("d", 2)).toEqual([]);
    });

    it("keeps the identity of each file, whatever its kind", async () => {
      await insert("kinds");
      const [deletion] = await stores.deletions.begin(["kinds"], CREATED_TS);
      const [read] = await due();
      expect(read).toEqual(deletion);
      expect(read?.files).toEqual([storedMedia({ fileId: "kinds" })]);
      expect(Object.isFrozen(read?.files[0])).toBe(true);
    });
  });
}
