import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { ModuleUnavailable } from "../../src/callbacks/failure.ts";
import type { StoredMedia } from "../../src/media-file.ts";
import type { StorageProvider } from "../../src/media/copies/provider.ts";
import { CopyQueue, type FilePresence } from "../../src/media/copies/copy-queue.ts";
import { StoresUnderWay } from "../../src/media/copies/stores-under-way.ts";
import { openSqliteStores, type SqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { newMedia } from "../contract/media-rows.ts";
import { captureLog, type CapturedLog } from "../support/captured-log.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const PACE = { filesAtOnce: 3, firstRetryMs: 2, lastRetryMs: 16, longestPauseMs: 4 };

describe("a lane to a storage provider", () => {
  let stores: SqliteStores;
  let log: CapturedLog;
  let lane: CopyQueue;
  beforeEach(() => {
    log = captureLog();
    stores = openSqliteStores({ path: join(createTemporaryFolder(), "media.db"), log });
  });
  afterEach(async () => {
    await lane.stop();
    await stores.close();
  });

  const upload = (mediaId: string) =>
    stores.media.insert(newMedia({ mediaId, createdTs: Date.now(), copyLater: ["bucket"] }));
  const open = (store: (file: StoredMedia) => Promise<void>, presence: () => FilePresence = () => "there") => {
    const provider: StorageProvider = {
      name: "bucket",
      storeLocal: true,
      storeRemote: false,
      storeSynchronous: false,
      store,
    };
    const findFile = async () => presence();
    lane = new CopyQueue({
      provider,
      copies: stores.copies,
      findFile,
      underWay: new StoresUnderWay(),
      log,
      pace: PACE,
    });
    lane.wake();
  };
  /** A provider that fails so many times for each file; resolves once it has all of them. */
  const storeAfter = (failures: number, files: number, fail: () => Error) => {
    const tries = new Map<string, number>();
    return new Promise<Map<string, number>>((resolve) => {
      let left = files;
      open(async ({ fileId }) => {
        const count = (tries.get(fileId) ?? 0) + 1;
        tries.set(fileId, count);
        if (count <= failures) throw fail();
        left -= 1;
        if (left === 0) resolve(tries);
      });
    });
  };
  const emptied = async () => {
    await lane.stop();
    return (await stores.copies.counts()).size === 0;
  };

  it("tries a file until it is stored, and counts the failures", async () => {
    await upload("aaaaaaaa");
    expect(await storeAfter(4, 1, () => new Error("on fire"))).toEqual(new Map([["aaaaaaaa", 5]]));
    const attempts = log.lines.filter(({ level }) => level === "error").map(({ facts }) => facts["attempts"]);
    expect(attempts).toEqual([1, 2, 3, 4]);
    expect(await emptied()).toBe(true);
  });

  it("does not count it against a file that the provider could not be asked", async () => {
    await upload("aaaaaaaa");
    await storeAfter(3, 1, () => new ModuleUnavailable("unavailable", "the child is down"));
    expect(log.lines.filter(({ level }) => level === "error")).toEqual([]);
    expect(await emptied()).toBe(true);
  });

  it("counts it where the provider was too slow", async () => {
    await upload("aaaaaaaa");
    await storeAfter(1, 1, () => new ModuleUnavailable("timeout", "past its deadline"));
    expect(log.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  it("is not held up for good by one file that always fails", async () => {
    for (const mediaId of ["aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd"]) await upload(mediaId);
    const stored: string[] = [];
    await new Promise<void>((resolve) => {
      open(async ({ fileId }) => {
        if (fileId === "aaaaaaaa") throw new Error("poison");
        stored.push(fileId);
        if (stored.length === 3) resolve();
      });
    });
    expect(stored.toSorted()).toEqual(["bbbbbbbb", "cccccccc", "dddddddd"]);
  });

  it("has a few files under way at a time, never one twice", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `media${String(index).padStart(4, "0")}`);
    for (const mediaId of ids) await upload(mediaId);
    const under = new Set<string>();
    let most = 0;
    const stored: string[] = [];
    await new Promise<void>((resolve) => {
      open(async ({ fileId }) => {
        expect(under.has(fileId)).toBe(false);
        under.add(fileId);
        most = Math.max(most, under.size);
        lane.wake();
        await new Promise((next) => setImmediate(next));
        under.delete(fileId);
        stored.push(fileId);
        if (stored.length === ids.length) resolve();
      });
    });
    expect(most).toBe(3);
    expect(stored.toSorted()).toEqual(ids);
  });

  it("asks a provider that fails altogether with one file at a time", async () => {
    for (const mediaId of ["aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd"]) await upload(mediaId);
    let under = 0;
    const most: number[] = [];
    await new Promise<void>((resolve) => {
      open(async () => {
        under += 1;
        most.push(under);
        await new Promise((next) => setImmediate(next));
        under -= 1;
        if (most.length === 12) resolve();
        throw new Error("on fire");
      });
    });
    // The first three had begun before the first failure.
    expect(most.slice(3)).toEqual(most.slice(3).map(() => 1));
  });

  it("does not pause for as long as a clock that was wrong began to", async () => {
    let aheadMs = 0;
    const now = Date.now.bind(Date);
    vi.spyOn(Date, "now").mockImplementation(() => now() + aheadMs);
    onTestFinished(() => void vi.restoreAllMocks());
    await upload("aaaaaaaa");
    let attempts = 0;
    await new Promise<void>((resolve) => {
      open(async () => {
        attempts += 1;
        if (attempts === 2) return resolve();
        // It is two days ahead while it fails, and right from then on.
        aheadMs = 2 * 86_400_000;
        throw new Error("on fire");
      });
      void log.waitFor(({ level }) => level === "error").then(() => (aheadMs = 0));
    });
    expect(await emptied()).toBe(true);
  });

  it("forgets a file whose media is gone for good", async () => {
    await upload("aaaaaaaa");
    await new Promise<void>((resolve) => {
      open(
        async () => Promise.reject(new Error("never asked")),
        () => {
          resolve();
          return "deleted";
        },
      );
    });
    expect(await emptied()).toBe(true);
    expect(log.lines).toEqual([]);
  });

  it("keeps a file that is missing, and says so", async () => {
    await upload("aaaaaaaa");
    open(
      async () => Promise.reject(new Error("never asked")),
      () => "missing",
    );
    const { facts } = await log.waitFor(({ level }) => level === "error");
    expect(String(facts["err"])).toContain("gone from disk");
    expect(await emptied()).toBe(false);
  });

  it("begins nothing once it was stopped, and waits for what is under way", async () => {
    await upload("aaaaaaaa");
    const finish = await new Promise<() => void>((began) => {
      open(() => new Promise((done) => began(done)));
    });
    const stopping = lane.stop();
    await upload("bbbbbbbb");
    lane.wake();
    finish();
    await stopping;
    expect(await stores.copies.counts()).toEqual(new Map([["bucket", 1]]));
  });
});
