import { writeFileSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFile, mediaPath } from "../../../src/media-file.ts";
import type { WantedFile } from "../../../src/media/copies/provider.ts";
import { MediaRestorer } from "../../../src/media/copies/restorer.ts";
import { publishBlob } from "../../contract/blobs/blob-bodies.ts";
import { newMedia } from "../../contract/media-rows.ts";
import { Bucket } from "./bucket.ts";
import { DeletingStore } from "./deleting-store.ts";

describe("the deletion of media", () => {
  let here: DeletingStore;
  beforeEach(() => {
    here = new DeletingStore();
  });
  afterEach(() => here.close());

  it("removes the row, the file and the thumbnails, also one that no row knows, and tells modules", async () => {
    await here.upload("abcdef", []);
    await here.upload("abcdeg", []);
    await here.makeThumbnail("abcdef", 32);
    await here.makeThumbnail("abcdef", 96);
    here.addRow("abcdef", 32);
    here.deletion.use({ chain: here.chain, copies: undefined });
    expect(await here.deletion.delete(["abcdef", "neverwas"])).toEqual(["abcdef"]);
    expect(here.files()).toEqual([mediaPath(localFile("abcdeg"))]);
    expect(await here.stores.media.find("abcdef")).toBeUndefined();
    await here.deletion.idle();
    expect([here.told, here.woken, await here.stores.deletions.count()]).toEqual([["abcdef"], ["abcdef"], 0]);
    expect(here.rowsOf("local_media_repository_thumbnails")).toBe(0);
  });

  it("deletes more than one commit takes, and answers with each once", async () => {
    const ids = Array.from({ length: 230 }, (_, index) => `many${index}`);
    await Promise.all(ids.map((mediaId) => here.stores.media.insert(newMedia({ mediaId }))));
    here.deletion.use({ chain: here.chain, copies: undefined });
    expect(await here.deletion.delete(ids)).toEqual(ids);
    await here.deletion.idle();
    expect([here.told.toSorted(), await here.stores.deletions.count()]).toEqual([ids.toSorted(), 0]);
  });

  it("is completed by the next process where one was killed after the commit", async () => {
    await here.upload("abcdef");
    await here.makeThumbnail("abcdef", 32);
    here.addRow("abcdef", 32);
    await here.stores.deletions.begin(["abcdef"], Date.now());
    await here.close();
    here.open();
    expect(here.files()).toHaveLength(2);
    here.deletion.use({ chain: here.chain, copies: undefined });
    here.deletion.wake();
    await here.deletion.idle();
    expect([here.files(), here.told, await here.stores.deletions.count()]).toEqual([[], ["abcdef"], 0]);
  });

  it("leaves no file where the media is deleted while it is being restored", async () => {
    await here.upload("abcdef");
    const media = await here.stores.media.find("abcdef");
    if (media === undefined) throw new Error("the row is not there");
    await here.blobs.remove(localFile("abcdef"));
    const [asked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const fetch = async ({ spoolPath }: WantedFile) => {
      asked.resolve();
      await goOn.promise;
      writeFileSync(spoolPath, "content of abcdef");
      return true;
    };
    const restorer = new MediaRestorer({ all: [new Bucket()], fetch }, here.blobs, here.stores.media);
    const restored = restorer.open(media);
    await asked.promise;
    here.deletion.use({ chain: here.chain, copies: undefined });
    await here.deletion.delete(["abcdef"]);
    await here.deletion.idle();
    goOn.resolve();
    expect(await restored).toBeUndefined();
    expect(here.files()).toEqual([]);
  });

  it("lets go of modules and providers that end: nothing is told to them from then on", async () => {
    await here.upload("abcdef");
    const release = here.deletion.use({ chain: here.chain, copies: undefined });
    await release(1_000);
    await here.deletion.delete(["abcdef"]);
    expect([here.files(), here.told, await here.stores.deletions.count()]).toEqual([[], [], 1]);
    here.deletion.use({ chain: here.chain, copies: undefined });
    here.deletion.wake();
    await here.deletion.idle();
    expect([here.told, await here.stores.deletions.count()]).toEqual([["abcdef"], 0]);
  });

  it("tells modules that a reload loaded while those of before hang, and does not wait for these to close", async () => {
    const ids = ["aaaaaa", "bbbbbb", "cccccc", "dddddd"];
    for (const mediaId of ids) await here.upload(mediaId, []);
    const asked: string[] = [];
    const allAsked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<never>();
    const hanging = ({ args: [mediaId] }: { args: [string] }) => {
      if (asked.push(mediaId) === ids.length) allAsked.resolve();
      return gate.promise;
    };
    const release = here.deletion.use({ chain: { tell: hanging } as unknown as typeof here.chain, copies: undefined });
    await here.deletion.delete(ids);
    await allAsked.promise;
    await release(0);
    here.deletion.use({ chain: here.chain, copies: undefined });
    await here.upload("eeeeee", []);
    await here.deletion.delete(["eeeeee"]);
    while ((await here.stores.deletions.count()) > ids.length) await setImmediate();
    expect(here.told).toEqual(["eeeeee"]);
    await here.deletion.close(0);
    await here.stores.close();
    gate.reject(new Error("it ended"));
    await setImmediate();
    // The next process repeats it.
    expect(here.log.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  it("begins nothing a second time that is under way when the database fails beside it", async () => {
    await here.upload("fails", []);
    await here.upload("takes-long", []);
    const database = new Database(here.databasePath, { timeout: 5_000 });
    database.exec(
      "create trigger full before delete on media_bridge_deletions when old.media_id = 'fails' begin select raise(abort, 'full'); end",
    );
    const gate = Promise.withResolvers<void>();
    const told: string[] = [];
    const tell = async ({ args: [mediaId] }: { args: [string] }) => {
      told.push(mediaId);
      if (mediaId === "takes-long") await gate.promise;
      return { unheard: [], ended: [], late: [] };
    };
    here.deletion.use({ chain: { tell } as unknown as typeof here.chain, copies: undefined });
    await here.deletion.delete(["fails", "takes-long"]);
    const failures = () =>
      here.log.lines.filter(({ message }) => message.startsWith("the journal of deletions cannot"));
    await here.log.waitFor(() => failures().length === 1);
    here.deletion.wake();
    await here.log.waitFor(() => failures().length === 2);
    database.exec("drop trigger full");
    database.close();
    gate.resolve();
    here.deletion.wake();
    await here.deletion.idle();
    expect(told.filter((mediaId) => mediaId === "takes-long")).toHaveLength(1);
  });

  it("deletes nothing of an upload to the same id that is not committed yet, which then fails by itself", async () => {
    const id = { mediaId: "abcdef", createdTs: 1, userId: "@alice:example.org", authenticated: true };
    await here.stores.pending.create(id, { maxPending: 5, expiredTs: 0 });
    const writer = here.blobs.create("abcdef");
    await writer.write(Buffer.from("on its way"));
    const staged = await publishBlob(writer);
    here.deletion.use({ chain: here.chain, copies: undefined });
    expect(await here.deletion.delete(["abcdef"])).toEqual(["abcdef"]);
    const { createdTs, authenticated, ...media } = newMedia({ mediaId: "abcdef" });
    expect(authenticated).toBe(true);
    expect(await here.stores.pending.complete({ ...media, uploadedTs: createdTs })).toBe(false);
    await writer.abort();
    await here.deletion.idle();
    expect([here.files(), here.told, await here.stores.deletions.count()]).toEqual([[], [], 0]);
    await staged.settle();
  });
});
