import { describe, expect, it } from "vitest";
import type { QuarantineChange } from "../../src/media/quarantine/quarantine-rows.ts";
import type { MediaStores } from "../../src/media/stores.ts";
import { newMedia, uploadedMedia } from "./media-rows.ts";

const BY_ADMIN = { by: "@admin:example.org", quarantinedTs: 1_700_000_000_000 };
const ALICE = "@alice:example.org";

/** What every store must do about the quarantine. `current` gives the stores of the running test. */
export function describeQuarantine(current: () => MediaStores): void {
  const insert = (mediaId: string, content: string, userId = ALICE) =>
    current().media.insert(newMedia({ mediaId, userId, sha256: content.repeat(64) }));
  const quarantinedBy = async (...mediaIds: string[]) =>
    Promise.all(mediaIds.map(async (mediaId) => (await current().media.find(mediaId))?.quarantinedBy));
  const changes = async () => (await current().quarantine.changes(0, 1000)).map(describeChange);

  describe("the quarantine", () => {
    it("holds for all media of the same content, whoever uploaded it, and for no other", async () => {
      await insert("first", "a");
      await insert("same", "a", "@bob:example.org");
      await insert("other", "b");
      expect(await current().quarantine.quarantine(["first"], BY_ADMIN)).toEqual({ all: 2, newOnes: 2 });
      expect(await quarantinedBy("first", "same", "other")).toEqual([BY_ADMIN.by, BY_ADMIN.by, null]);
      expect(await changes()).toEqual(["+first", "+same"]);
    });

    it("counts each media once, and those that were quarantined before apart from new ones", async () => {
      await insert("first", "a");
      await insert("same", "a");
      await insert("other", "b");
      await current().quarantine.quarantine(["other"], BY_ADMIN);
      const count = await current().quarantine.quarantine(["first", "same", "first", "other", "unknown"], BY_ADMIN);
      expect(count).toEqual({ all: 3, newOnes: 2 });
      expect(await changes()).toEqual(["+other", "+first", "+same"]);
    });

    it("counts media without a hash once, however often its id is named", async () => {
      await create(current(), "created");
      const count = await current().quarantine.quarantine(["created", "created"], BY_ADMIN);
      expect(count).toEqual({ all: 1, newOnes: 1 });
    });

    it("takes hold of a later upload in its own commit, by the system", async () => {
      await insert("first", "a");
      await current().quarantine.quarantine(["first"], BY_ADMIN);
      await insert("later", "a", "@bob:example.org");
      expect(await quarantinedBy("later")).toEqual(["system"]);
      expect(await changes()).toEqual(["+first", "+later"]);
    });

    it("takes hold of content that comes under an id that was created before", async () => {
      await insert("first", "a");
      await current().quarantine.quarantine(["first"], BY_ADMIN);
      await create(current(), "created");
      await current().pending.complete(uploadedMedia({ mediaId: "created", sha256: "a".repeat(64) }));
      expect(await quarantinedBy("created")).toEqual(["system"]);
    });

    it("survives the deletion of the media", async () => {
      await insert("first", "a");
      await current().quarantine.quarantine(["first"], BY_ADMIN);
      await current().media.withdraw("first", { keepsId: false });
      await insert("later", "a");
      expect(await quarantinedBy("first", "later")).toEqual([undefined, "system"]);
    });

    it("of an id that had no content yet holds for that id alone, whatever bytes its creator gives it", async () => {
      await create(current(), "created");
      expect(await current().quarantine.quarantine(["created"], BY_ADMIN)).toEqual({ all: 1, newOnes: 1 });
      await insert("earlier", "a", "@bob:example.org");
      await current().pending.complete(uploadedMedia({ mediaId: "created", sha256: "a".repeat(64) }));
      await insert("later", "a", "@bob:example.org");
      expect(await quarantinedBy("created", "earlier", "later")).toEqual([BY_ADMIN.by, null, null]);
      await current().quarantine.release("created");
      expect(await quarantinedBy("created", "earlier")).toEqual([null, null]);
      expect(await changes()).toEqual(["+created", "-created"]);
    });

    it("of an id that had no content yet is that of the content, where its bytes are quarantined", async () => {
      await insert("earlier", "a");
      await create(current(), "created");
      await current().quarantine.quarantine(["earlier", "created"], BY_ADMIN);
      await current().pending.complete(uploadedMedia({ mediaId: "created", sha256: "a".repeat(64) }));
      expect(await quarantinedBy("created")).toEqual([BY_ADMIN.by]);
      await current().quarantine.release("created");
      expect(await quarantinedBy("earlier", "created")).toEqual([null, null]);
    });

    it("ends for all media of the content, and for what is uploaded after that", async () => {
      await insert("first", "a");
      await insert("same", "a");
      await current().quarantine.quarantine(["first"], BY_ADMIN);
      await insert("later", "a");
      await current().quarantine.release("later");
      await insert("afterwards", "a");
      expect(await quarantinedBy("first", "same", "later", "afterwards")).toEqual([null, null, null, null]);
      expect(await changes()).toEqual(["+first", "+same", "+later", "-first", "-later", "-same"]);
      await current().quarantine.release("later");
      await current().quarantine.release("unknown");
      expect(await changes()).toHaveLength(6);
    });

    it("spares protected media, and does not hold for content that only protected media has", async () => {
      await insert("sticker", "a");
      expect(await current().quarantine.protect("sticker", true)).toBe(true);
      expect(await current().quarantine.quarantine(["sticker"], BY_ADMIN)).toEqual({ all: 0, newOnes: 0 });
      await insert("copy", "a");
      expect(await quarantinedBy("sticker", "copy")).toEqual([null, null]);
      expect(await current().quarantine.quarantine(["copy"], BY_ADMIN)).toEqual({ all: 1, newOnes: 1 });
      expect(await quarantinedBy("sticker", "copy")).toEqual([null, BY_ADMIN.by]);
      await current().quarantine.protect("sticker", false);
      await current().quarantine.quarantine(["sticker"], BY_ADMIN);
      expect(await quarantinedBy("sticker")).toEqual([BY_ADMIN.by]);
    });

    it("stays on media that is protected afterwards", async () => {
      await insert("first", "a");
      await current().quarantine.quarantine(["first"], BY_ADMIN);
      await current().quarantine.protect("first", true);
      expect(await quarantinedBy("first")).toEqual([BY_ADMIN.by]);
    });

    it("protects nothing under an unknown id", async () => {
      expect(await current().quarantine.protect("unknown", true)).toBe(false);
    });

    it("takes all of a user's media, however much it is, and with it what others have of the same content", async () => {
      const ids = Array.from({ length: 250 }, (_, index) => `media${String(index).padStart(3, "0")}`);
      await Promise.all(
        ids.map((mediaId, index) =>
          current().media.insert(newMedia({ mediaId, createdTs: 1000 + (index % 7), sha256: mediaId.padEnd(64, "0") })),
        ),
      );
      await current().media.insert(
        newMedia({ mediaId: "bobs", userId: "@bob:example.org", sha256: "media003".padEnd(64, "0") }),
      );
      await insert("apart", "b", "@bob:example.org");
      expect(await current().quarantine.quarantineUser(ALICE, BY_ADMIN)).toEqual({ all: 251, newOnes: 251 });
      expect(new Set(await quarantinedBy(...ids, "bobs"))).toEqual(new Set([BY_ADMIN.by]));
      expect(await quarantinedBy("apart")).toEqual([null]);
      expect(await current().quarantine.quarantineUser(ALICE, BY_ADMIN)).toEqual({ all: 0, newOnes: 0 });
    });

    it("lists its changes in their order, from any of them on", async () => {
      expect(await current().quarantine.lastPosition()).toBe(1);
      for (const [index, mediaId] of ["a", "b", "c"].entries()) await insert(mediaId, String(index));
      for (const mediaId of ["c", "a", "b"]) await current().quarantine.quarantine([mediaId], BY_ADMIN);
      const all = await current().quarantine.changes(0, 100);
      expect(all.map(describeChange)).toEqual(["+c", "+a", "+b"]);
      expect(all.map(({ position }) => position)).toEqual([2, 3, 4]);
      expect((await current().quarantine.changes(2, 1)).map(describeChange)).toEqual(["+a"]);
      expect(await current().quarantine.lastPosition()).toBe(4);
    });
  });
}

function describeChange({ origin, mediaId, isQuarantined }: QuarantineChange): string {
  expect(origin).toBeNull();
  return `${isQuarantined ? "+" : "-"}${mediaId}`;
}

async function create({ pending }: MediaStores, mediaId: string): Promise<void> {
  const created = { mediaId, createdTs: 1_700_000_000_000, userId: ALICE, authenticated: true };
  await pending.create(created, { maxPending: 5, expiredTs: 0 });
}
