import { readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFile, mediaPath, storedMedia, type StoredMedia } from "../../../src/media-file.ts";
import type { BlobStore } from "../../../src/media/blobs.ts";
import { ProviderCopies } from "../../../src/media/copies/provider-copies.ts";
import type { StorageProvider, WantedFile } from "../../../src/media/copies/provider.ts";
import { MediaRestorer } from "../../../src/media/copies/restorer.ts";
import { StoresUnderWay } from "../../../src/media/copies/stores-under-way.ts";
import { MediaDeletion } from "../../../src/media/deletion/media-deletion.ts";
import { openFilesystemBlobs } from "../../../src/storage/files/filesystem-blobs.ts";
import { openSqliteStores, type SqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { SYSTEM_CLOCK } from "../../../src/util/clock.ts";
import { publishBlob, storeBlob } from "../../contract/blob-bodies.ts";
import { newMedia } from "../../contract/media-rows.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { captureLog, type CapturedLog } from "../../support/captured-log.ts";

const THUMBNAIL = { width: 32, height: 32, method: "crop", type: "image/png", length: 6 } as const;
const PACE = { firstRetryMs: 2, lastRetryMs: 8 };

describe("the deletion of media", () => {
  let folder: string;
  let store: string;
  let stores: SqliteStores;
  let blobs: BlobStore;
  let log: CapturedLog;
  let deletion: MediaDeletion;
  let told: string[];
  let woken: string[];
  const underWay = new StoresUnderWay();

  beforeEach(() => {
    folder = createTemporaryFolder();
    store = join(folder, "media");
    open();
  });
  afterEach(close);

  function open(): void {
    log = captureLog();
    stores = openSqliteStores({ path: join(folder, "media.db"), log });
    blobs = openFilesystemBlobs({ mediaStorePath: store, uploadsFolder: join(folder, "uploads"), log });
    told = [];
    woken = [];
    const waits = { wake: (mediaId: string) => void woken.push(mediaId) };
    deletion = new MediaDeletion({ stores, blobs, waits, clock: SYSTEM_CLOCK, log, pace: PACE });
  }

  async function close(): Promise<void> {
    await deletion.close();
    await stores.close();
    await blobs.close();
  }

  async function upload(mediaId: string, copyLater?: readonly string[]): Promise<void> {
    await storeBlob(blobs, mediaId, Buffer.from(`content of ${mediaId}`));
    await stores.media.insert(newMedia({ mediaId, ...(copyLater && { copyLater }) }));
  }

  async function makeThumbnail(mediaId: string, width: number): Promise<StoredMedia> {
    const file = storedMedia({ fileId: mediaId, thumbnail: { ...THUMBNAIL, width } });
    const spool = await blobs.spool(file);
    writeFileSync(spool.path, "pixels");
    await spool.publish();
    await spool.discard();
    return file;
  }

  /** The row of a thumbnail, as the code that makes thumbnails writes it. */
  function addRow(mediaId: string, width: number): void {
    const database = new Database(join(folder, "media.db"), { timeout: 5_000 });
    database
      .prepare("insert into local_media_repository_thumbnails values (?, ?, 32, 'image/png', 'crop', 6)")
      .run(mediaId, width);
    database.close();
  }

  const notify = async (_kind: string, mediaId: string) => {
    told.push(mediaId);
    return undefined;
  };
  const chain = { notify } as unknown as Parameters<MediaDeletion["use"]>[0]["chain"];

  /** Provider copies as the service has them, over these providers. */
  function copiesOf(...all: StorageProvider[]): ProviderCopies {
    const providers = { all, fetch: async () => false };
    const restorer = new MediaRestorer(providers, blobs, stores.media);
    return new ProviderCopies({ providers, stores, blobs, restorer, underWay, log });
  }

  /** Files of media and of thumbnails on disk. */
  const files = () =>
    readdirSync(store, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(store, join(entry.parentPath, entry.name)));

  it("removes the row, the file and the thumbnails, also one that no row knows, and tells modules", async () => {
    await upload("abcdef", []);
    await upload("abcdeg", []);
    await makeThumbnail("abcdef", 32);
    await makeThumbnail("abcdef", 96);
    addRow("abcdef", 32);
    deletion.use({ chain, copies: undefined });
    expect(await deletion.delete(["abcdef", "neverwas"])).toEqual(["abcdef"]);
    expect(files()).toEqual([mediaPath(localFile("abcdeg"))]);
    expect(await stores.media.find("abcdef")).toBeUndefined();
    await deletion.idle();
    expect([told, woken, await stores.deletions.count()]).toEqual([["abcdef"], ["abcdef"], 0]);
    expect(rowsOf("local_media_repository_thumbnails")).toBe(0);
  });

  it("deletes more than one commit takes, and answers with each once", async () => {
    const ids = Array.from({ length: 230 }, (_, index) => `many${index}`);
    await Promise.all(ids.map((mediaId) => stores.media.insert(newMedia({ mediaId }))));
    deletion.use({ chain, copies: undefined });
    expect(await deletion.delete(ids)).toEqual(ids);
    await deletion.idle();
    expect([told.toSorted(), await stores.deletions.count()]).toEqual([ids.toSorted(), 0]);
  });

  it("is completed by the next process where one was killed after the commit", async () => {
    await upload("abcdef");
    await makeThumbnail("abcdef", 32);
    addRow("abcdef", 32);
    await stores.deletions.begin(["abcdef"], Date.now());
    await close();
    open();
    expect(files()).toHaveLength(2);
    deletion.use({ chain, copies: undefined });
    deletion.wake();
    await deletion.idle();
    expect([files(), told, await stores.deletions.count()]).toEqual([[], ["abcdef"], 0]);
  });

  it("does not wait for a storage provider, and asks it again until it has deleted every copy", async () => {
    await upload("abcdef");
    await makeThumbnail("abcdef", 32);
    addRow("abcdef", 32);
    const bucket = new Bucket();
    bucket.failures = 3;
    deletion.use({ chain, copies: copiesOf(bucket) });
    await deletion.delete(["abcdef"]);
    expect(files()).toEqual([]);
    await bucket.deletedAll(2);
    await deletion.idle();
    expect(bucket.deleted).toEqual([
      mediaPath(localFile("abcdef")),
      mediaPath(storedMedia({ fileId: "abcdef", thumbnail: THUMBNAIL })),
    ]);
    expect([told, await stores.deletions.count()]).toEqual([["abcdef"], 0]);
    const errors = log.lines.filter(({ level }) => level === "error");
    expect(errors.map(({ facts }) => [facts["provider"], facts["attempts"]])).toEqual([
      ["bucket", 1],
      ["bucket", 2],
      ["bucket", 3],
    ]);
  });

  it("asks a provider that has its copy deleted no second time where another one fails", async () => {
    await upload("abcdef");
    const [first, second] = [new Bucket("first"), new Bucket("second")];
    second.failures = 2;
    deletion.use({ chain, copies: copiesOf(first, second) });
    await deletion.delete(["abcdef"]);
    await second.deletedAll(1);
    await deletion.idle();
    expect([first.asked, second.asked]).toEqual([1, 3]);
  });

  it("names a provider that cannot delete once in the log, and does not wait for it", async () => {
    for (const mediaId of ["abcdef", "abcdeg"]) await upload(mediaId);
    const bucket = new Bucket();
    bucket.isAble = false;
    deletion.use({ chain, copies: copiesOf(bucket) });
    await deletion.delete(["abcdef", "abcdeg"]);
    await deletion.idle();
    const said = log.lines.filter(({ level }) => level === "warn").map(({ message, facts }) => [facts, message]);
    expect(said).toEqual([
      [{ provider: "bucket" }, "a storage provider has no way to delete: copies of deleted media stay with it"],
    ]);
    expect(await stores.deletions.count()).toBe(0);
  });

  it("keeps what a provider that is no longer configured is still to delete until it is there again", async () => {
    await upload("abcdef");
    const bucket = new Bucket();
    bucket.failures = Infinity;
    const release = deletion.use({ chain, copies: copiesOf(bucket) });
    await deletion.delete(["abcdef"]);
    await deletion.idle();
    await release(0);
    await close();
    open();
    deletion.use({ chain, copies: copiesOf() });
    deletion.wake();
    await deletion.idle();
    expect(log.text()).toContain("no longer configured");
    await close();
    open();
    bucket.failures = 0;
    deletion.use({ chain, copies: copiesOf(bucket) });
    deletion.wake();
    await bucket.deletedAll(1);
    await deletion.idle();
    // Modules were told by the first process.
    expect([told, await stores.deletions.count()]).toEqual([[], 0]);
  });

  it("waits for a copy under way before the provider is asked to delete it", async () => {
    await upload("abcdef", ["bucket"]);
    const bucket = new Bucket();
    const copies = copiesOf(bucket);
    deletion.use({ chain, copies });
    await copies.start();
    await bucket.storing;
    await upload("abcdeg");
    await deletion.delete(["abcdef", "abcdeg"]);
    // The other one comes later, and is not held up.
    await bucket.deletedAll(1);
    expect(bucket.deleted).toEqual([mediaPath(localFile("abcdeg"))]);
    bucket.finish();
    await deletion.idle();
    await copies.stop(5_000);
    expect(bucket.kept).toEqual(new Set());
    expect(bucket.calls).toEqual(["deleted", "stored", "deleted"]);
    expect([...(await stores.copies.counts())]).toEqual([]);
  });

  it("leaves no file where the media is deleted while it is being restored", async () => {
    await upload("abcdef");
    const media = await stores.media.find("abcdef");
    if (media === undefined) throw new Error("the row is not there");
    await blobs.remove(localFile("abcdef"));
    const [asked, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const fetch = async ({ spoolPath }: WantedFile) => {
      asked.resolve();
      await goOn.promise;
      writeFileSync(spoolPath, "content of abcdef");
      return true;
    };
    const restorer = new MediaRestorer({ all: [new Bucket()], fetch }, blobs, stores.media);
    const restored = restorer.open(media);
    await asked.promise;
    deletion.use({ chain, copies: undefined });
    await deletion.delete(["abcdef"]);
    await deletion.idle();
    goOn.resolve();
    expect(await restored).toBeUndefined();
    expect(files()).toEqual([]);
  });

  it("lets go of modules and providers that end: nothing is told to them from then on", async () => {
    await upload("abcdef");
    const release = deletion.use({ chain, copies: undefined });
    await release(1_000);
    await deletion.delete(["abcdef"]);
    expect([files(), told, await stores.deletions.count()]).toEqual([[], [], 1]);
    deletion.use({ chain, copies: undefined });
    deletion.wake();
    await deletion.idle();
    expect([told, await stores.deletions.count()]).toEqual([["abcdef"], 0]);
  });

  it("deletes nothing of an upload to the same id that is not committed yet, which then fails by itself", async () => {
    const id = { mediaId: "abcdef", createdTs: 1, userId: "@alice:example.org", authenticated: true };
    await stores.pending.create(id, { maxPending: 5, expiredTs: 0 });
    const writer = blobs.create("abcdef");
    await writer.write(Buffer.from("on its way"));
    const staged = await publishBlob(writer);
    deletion.use({ chain, copies: undefined });
    expect(await deletion.delete(["abcdef"])).toEqual(["abcdef"]);
    const { createdTs, authenticated, ...media } = newMedia({ mediaId: "abcdef" });
    expect(authenticated).toBe(true);
    expect(await stores.pending.complete({ ...media, uploadedTs: createdTs })).toBe(false);
    await writer.abort();
    await deletion.idle();
    expect([files(), told, await stores.deletions.count()]).toEqual([[], [], 0]);
    await staged.settle();
  });

  function rowsOf(table: string): number {
    const database = new Database(join(folder, "media.db"), { readonly: true });
    const { count } = database.prepare(`select count(*) as count from ${table}`).get() as { count: number };
    database.close();
    return count;
  }
});

/** A provider that keeps the paths that it was given, and fails as often as it is told to. */
class Bucket implements StorageProvider {
  readonly storeLocal = true;
  readonly storeRemote = false;
  readonly storeSynchronous = false;
  readonly kept = new Set<string>();
  readonly deleted: string[] = [];
  readonly calls: string[] = [];
  readonly name: string;
  failures = 0;
  asked = 0;
  isAble = true;
  readonly #storing = Promise.withResolvers<void>();
  readonly #finished = Promise.withResolvers<void>();
  #onDeleted = () => undefined as void;

  constructor(name = "bucket") {
    this.name = name;
  }

  /** Resolves when the first file is being stored; it is kept after {@link finish}. */
  get storing(): Promise<void> {
    return this.#storing.promise;
  }

  finish(): void {
    this.#finished.resolve();
  }

  deletedAll(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onDeleted = () => this.deleted.length >= count && resolve();
      this.#onDeleted();
    });
  }

  async store(file: StoredMedia): Promise<void> {
    this.#storing.resolve();
    await this.#finished.promise;
    this.kept.add(mediaPath(file));
    this.calls.push("stored");
  }

  async delete(file: StoredMedia): Promise<boolean> {
    this.asked += 1;
    if (!this.isAble) return false;
    if (this.asked <= this.failures) throw new Error("the bucket is on fire");
    this.kept.delete(mediaPath(file));
    this.deleted.push(mediaPath(file));
    this.calls.push("deleted");
    this.#onDeleted();
    return true;
  }
}
