import { expect, onTestFinished, test } from "vitest";
import { mediaRetention } from "../../src/jobs/media-retention.ts";
import { AccessTimes } from "../../src/media/download/access-times.ts";
import { newMedia } from "../contract/media-rows.ts";
import { DeletingStore } from "../media/deletion/deleting-store.ts";

test("Media that is read while retention deletes others stays", async () => {
  const here = new DeletingStore();
  onTestFinished(() => here.close());
  const ids = Array.from({ length: 150 }, (_, index) => `media${String(index).padStart(3, "0")}`);
  await Promise.all(
    ids.map((mediaId) => here.stores.media.insert(newMedia({ mediaId, createdTs: 1, mediaLength: 5 }))),
  );
  const { stores, deletion, log } = here;
  const accessTimes = new AccessTimes(stores.media, log);
  const profiles = { list: async () => new Set<string>() };
  const parts = { stores, deletion, accessTimes, profiles, lifetimeMs: 60_000, keepsProfiles: false };
  const done: number[] = [];
  for await (const piece of mediaRetention(parts).run({ nowTs: Date.now(), isTrial: false })) {
    done.push(piece.done);
    accessTimes.mark("media120");
  }
  expect(done).toEqual([100, 49]);
  expect(await stores.media.find("media120")).toBeDefined();
});
