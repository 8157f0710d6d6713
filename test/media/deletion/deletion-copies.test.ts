import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFile, mediaPath, storedMedia } from "../../../src/media-file.ts";
import { Bucket } from "./bucket.ts";
import { DeletingStore, THUMBNAIL } from "./deleting-store.ts";

describe("the deletion of copies that storage providers have", () => {
  let here: DeletingStore;
  beforeEach(() => {
    here = new DeletingStore();
  });
  afterEach(() => here.close());

  it("does not wait for a storage provider, and asks it again until it has deleted every copy", async () => {
    await here.upload("abcdef");
    await here.makeThumbnail("abcdef", 32);
    here.addRow("abcdef", 32);
    const bucket = new Bucket();
    bucket.failures = 3;
    here.deletion.use({ chain: here.chain, copies: here.copiesOf(bucket) });
    await here.deletion.delete(["abcdef"]);
    expect(here.files()).toEqual([]);
    await bucket.deletedAll(2);
    await here.deletion.idle();
    expect(bucket.deleted).toEqual([
      mediaPath(localFile("abcdef")),
      mediaPath(storedMedia({ fileId: "abcdef", thumbnail: THUMBNAIL })),
    ]);
    expect([here.told, await here.stores.deletions.count()]).toEqual([["abcdef"], 0]);
    const errors = here.log.lines.filter(({ level }) => level === "error");
    expect(errors.map(({ facts }) => [facts["provider"], facts["attempts"]])).toEqual([
      ["bucket", 1],
      ["bucket", 2],
      ["bucket", 3],
    ]);
  });

  it("asks a provider that has its copy deleted no second time where another one fails", async () => {
    await here.upload("abcdef");
    const [first, second] = [new Bucket("first"), new Bucket("second")];
    second.failures = 2;
    here.deletion.use({ chain: here.chain, copies: here.copiesOf(first, second) });
    await here.deletion.delete(["abcdef"]);
    await second.deletedAll(1);
    await here.deletion.idle();
    expect([first.asked, second.asked]).toEqual([1, 3]);
  });

  it("is completed where two providers have one name", async () => {
    await here.upload("abcdef");
    const [first, second] = [new Bucket("bucket"), new Bucket("bucket")];
    here.deletion.use({ chain: here.chain, copies: here.copiesOf(first, second) });
    await here.deletion.delete(["abcdef"]);
    await here.deletion.idle();
    expect([first.asked + second.asked, await here.stores.deletions.count()]).toEqual([1, 0]);
  });

  it("names a provider that cannot delete once in the log, and does not wait for it", async () => {
    for (const mediaId of ["abcdef", "abcdeg"]) await here.upload(mediaId);
    const bucket = new Bucket();
    bucket.isAble = false;
    here.deletion.use({ chain: here.chain, copies: here.copiesOf(bucket) });
    await here.deletion.delete(["abcdef", "abcdeg"]);
    await here.deletion.idle();
    const said = here.log.lines.filter(({ level }) => level === "warn").map(({ message, facts }) => [facts, message]);
    expect(said).toEqual([
      [{ provider: "bucket" }, "a storage provider has no way to delete: copies of deleted media stay with it"],
    ]);
    expect(await here.stores.deletions.count()).toBe(0);
  });

  it("keeps what a provider that is no longer configured is still to delete until it is there again", async () => {
    await here.upload("abcdef");
    const bucket = new Bucket();
    bucket.failures = Infinity;
    const release = here.deletion.use({ chain: here.chain, copies: here.copiesOf(bucket) });
    await here.deletion.delete(["abcdef"]);
    await here.deletion.idle();
    await release(0);
    await here.close();
    here.open();
    here.deletion.use({ chain: here.chain, copies: here.copiesOf() });
    here.deletion.wake();
    await here.deletion.idle();
    expect(here.log.text()).toContain("no longer configured");
    await here.close();
    here.open();
    bucket.failures = 0;
    here.deletion.use({ chain: here.chain, copies: here.copiesOf(bucket) });
    here.deletion.wake();
    await bucket.deletedAll(1);
    await here.deletion.idle();
    // Modules were told by the first process.
    expect([here.told, await here.stores.deletions.count()]).toEqual([[], 0]);
  });

  it("is repeated until a provider that was given up can make no copy any more", async () => {
    await here.upload("abcdef", ["bucket"]);
    const bucket = new Bucket();
    const ended = Promise.withResolvers<void>();
    bucket.late = ended.promise;
    const copies = here.copiesOf(bucket);
    here.deletion.use({ chain: here.chain, copies });
    await copies.start();
    await here.log.waitFor(({ message }) => message.includes("could not store"));
    await here.deletion.delete(["abcdef"]);
    await bucket.deletedAll(3);
    expect(await here.stores.deletions.count()).toBe(1);
    ended.resolve();
    await here.emptied();
    expect(here.told).toEqual(["abcdef"]);
    await copies.stop(5_000);
  });

  it("waits for a copy under way before the provider is asked to delete it", async () => {
    await here.upload("abcdef", ["bucket"]);
    const bucket = new Bucket();
    const copies = here.copiesOf(bucket);
    here.deletion.use({ chain: here.chain, copies });
    await copies.start();
    await bucket.storing;
    await here.upload("abcdeg");
    await here.deletion.delete(["abcdef", "abcdeg"]);
    // The other one comes later, and is not held up.
    await bucket.deletedAll(1);
    expect(bucket.deleted).toEqual([mediaPath(localFile("abcdeg"))]);
    bucket.finish();
    await here.deletion.idle();
    await copies.stop(5_000);
    expect(bucket.kept).toEqual(new Set());
    expect(bucket.calls).toEqual(["deleted", "stored", "deleted"]);
    expect([...(await here.stores.copies.counts())]).toEqual([]);
  });
});
