import { describe, expect, it } from "vitest";
import type { MediaOrder, UploaderSums } from "../../src/media/administration/administration-rows.ts";
import type { MediaStores } from "../../src/media/stores.ts";
import { newMedia } from "./media-rows.ts";

const ALICE = "@alice:example.org";

/** What every store must tell administrators. `current` gives the stores of the running test. */
export function describeAdministration(current: () => MediaStores): void {
  describe("what administrators look up", () => {
    it("is a whole row, with or without content", async () => {
      await current().media.insert(newMedia({ mediaId: "whole", uploadName: "a.png" }));
      await current().media.touch(["whole"], 1_700_000_900_000);
      await current().quarantine.protect("whole", true);
      await create(current(), "empty");
      expect(await current().administration.find("whole")).toEqual({
        mediaId: "whole",
        mediaType: "image/png",
        mediaLength: 100,
        createdTs: 1_700_000_000_000,
        uploadName: "a.png",
        userId: ALICE,
        lastAccessTs: 1_700_000_900_000,
        quarantinedBy: null,
        isProtected: true,
        urlCache: null,
        authenticated: true,
        sha256: "ab".repeat(32),
      });
      expect(await current().administration.find("empty")).toMatchObject({ mediaLength: null, sha256: null });
      expect(await current().administration.find("unknown")).toBeUndefined();
    });

    it("is a user's media in any order, values that are absent first and equal ones by id", async () => {
      await current().media.insert(newMedia({ mediaId: "c", uploadName: "b", mediaLength: 3, createdTs: 3 }));
      await current().media.insert(newMedia({ mediaId: "a", uploadName: null, mediaLength: 3, createdTs: 2 }));
      await current().media.insert(newMedia({ mediaId: "b", uploadName: "a", mediaLength: 1, createdTs: 1 }));
      await current().media.insert(newMedia({ mediaId: "bobs", userId: "@bob:example.org" }));
      expect(await list(current(), "media_id")).toEqual(["a", "b", "c"]);
      expect(await list(current(), "upload_name")).toEqual(["a", "b", "c"]);
      expect(await list(current(), "upload_name", true)).toEqual(["c", "b", "a"]);
      expect(await list(current(), "media_length")).toEqual(["b", "a", "c"]);
      expect(await list(current(), "created_ts", true)).toEqual(["c", "a", "b"]);
    });

    it("is a part of the list, with the length of the whole", async () => {
      await Promise.all(["a", "b", "c", "d"].map((mediaId) => current().media.insert(newMedia({ mediaId }))));
      const page = { orderBy: "media_id", isDescending: false, from: 1, limit: 2 } as const;
      const { entries, total } = await current().administration.mediaOf(ALICE, page);
      expect([entries.map(({ mediaId }) => mediaId), total]).toEqual([["b", "c"], 4]);
      expect(await current().administration.mediaOf("@nobody:example.org", page)).toEqual({ entries: [], total: 0 });
    });

    it("are the sums of all users, however many there are, within a time", async () => {
      const users = Array.from({ length: 230 }, (_, index) => `@user${String(index).padStart(3, "0")}:example.org`);
      await Promise.all(
        users.map((userId, index) =>
          current().media.insert(
            newMedia({ mediaId: `m${index}`, userId, mediaLength: index, createdTs: 1000 + index }),
          ),
        ),
      );
      await create(current(), "empty");
      const all = await sums(current(), 0, Number.MAX_SAFE_INTEGER);
      expect(all).toHaveLength(231);
      expect(all.map(({ userId }) => userId)).toEqual([ALICE, ...users]);
      expect(all[0]).toEqual({ userId: ALICE, mediaCount: 1, mediaBytes: 0 });
      expect(all[230]).toEqual({ userId: users[229], mediaCount: 1, mediaBytes: 229 });
      expect((await sums(current(), 1010, 1012)).map(({ userId }) => userId)).toEqual(users.slice(10, 13));
    });
  });
}

async function list({ administration }: MediaStores, orderBy: MediaOrder, isDescending = false): Promise<string[]> {
  const { entries } = await administration.mediaOf(ALICE, { orderBy, isDescending, from: 0, limit: 100 });
  return entries.map(({ mediaId }) => mediaId);
}

async function sums({ administration }: MediaStores, fromTs: number, untilTs: number): Promise<UploaderSums[]> {
  const all: UploaderSums[] = [];
  for await (const piece of administration.uploaders(fromTs, untilTs)) all.push(...piece);
  return all;
}

async function create({ pending }: MediaStores, mediaId: string): Promise<void> {
  const created = { mediaId, createdTs: 1_700_000_000_000, userId: ALICE, authenticated: true };
  await pending.create(created, { maxPending: 5, expiredTs: 0 });
}
