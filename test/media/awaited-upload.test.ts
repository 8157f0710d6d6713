import { EventEmitter } from "node:events";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InProcessUploadWaiters } from "../../src/coordination/in-process-upload-waiters.ts";
import { awaitUpload, type AwaitParts, type AwaitRequest } from "../../src/media/download/awaited-upload.ts";
import type { MediaStores } from "../../src/media/stores.ts";
import { openSqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../src/util/log.ts";
import { uploadedMedia } from "../contract/media-rows.ts";
import { SYSTEM_CLOCK } from "../../src/util/clock.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const DAY_MS = 86_400_000;
const stays = () => () => undefined;

let stores: MediaStores;
let waits: InProcessUploadWaiters;

beforeEach(() => {
  stores = openSqliteStores({ path: join(createTemporaryFolder(), "media.db"), log: createLogger("fatal") });
  waits = new InProcessUploadWaiters();
});
afterEach(() => stores.close());

async function create(mediaId: string, createdTs = Date.now()): Promise<void> {
  const media = { mediaId, createdTs, userId: "@alice:example.org", authenticated: true };
  await stores.pending.create(media, { maxPending: 10, expiredTs: 0 });
}

async function fill(mediaId: string): Promise<void> {
  await stores.pending.complete(uploadedMedia({ mediaId }));
  waits.wake(mediaId);
}

function wait(
  mediaId: string,
  request: Partial<AwaitRequest> = {},
  rows: AwaitParts["stores"] = stores,
  unusedExpirationMs = DAY_MS,
) {
  return awaitUpload(
    { mediaId, legacy: false, timeoutMs: 60_000, whenGone: stays, ...request },
    { clock: SYSTEM_CLOCK, stores: rows, waits, unusedExpirationMs, enableAuthenticatedMedia: true },
  );
}

/** Lets everything that is ready to run do so. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const LATE = { code: "NOT_YET_UPLOADED" };

describe("a wait for an upload", () => {
  it("ends with the row when the upload is committed, for all that wait for it, and for no others", async () => {
    await create("one");
    await create("other");
    const waiting = [wait("one"), wait("one"), wait("one", { timeoutMs: 50_000 })];
    const others = wait("other");
    await settled();
    expect(waits.size).toBe(2);
    await fill("one");
    for (const media of await Promise.all(waiting)) expect(media).toMatchObject({ mediaId: "one", mediaLength: 100 });
    await settled();
    expect(waits.size).toBe(1);
    waits.close();
    await expect(others).rejects.toMatchObject(LATE);
    expect(waits.size).toBe(0);
  });

  it("misses no upload that is committed between two of its looks", async () => {
    const find = async (mediaId: string) => {
      const seenBefore = mediaId === "before" ? await stores.pending.find(mediaId) : undefined;
      await fill(mediaId);
      return seenBefore ?? (await stores.pending.find(mediaId));
    };
    const rows = { media: stores.media, pending: Object.assign(Object.create(stores.pending), { find }) };
    await create("before");
    await create("after");
    expect(await wait("before", {}, rows)).toMatchObject({ mediaId: "before" });
    expect(await wait("after", {}, rows)).toMatchObject({ mediaId: "after" });
  });

  it("is over at its deadline, and at once where it has none", async () => {
    await create("late");
    await expect(wait("late", { timeoutMs: 0 })).rejects.toMatchObject(LATE);
    await expect(wait("late", { timeoutMs: 20 })).rejects.toMatchObject(LATE);
    expect(waits.size).toBe(0);
  });

  it("is forgotten when its client leaves, who is not listened for any longer afterwards", async () => {
    await create("left");
    const client = new EventEmitter();
    const whenGone: AwaitRequest["whenGone"] = (gone) => {
      client.once("gone", gone);
      return () => client.off("gone", gone);
    };
    const left = wait("left", { whenGone });
    await settled();
    expect([waits.size, client.listenerCount("gone")]).toEqual([1, 1]);
    client.emit("gone");
    await expect(left).rejects.toMatchObject(LATE);
    expect([waits.size, client.listenerCount("gone")]).toEqual([0, 0]);
  });

  it("ends at a stop, and none begins after it", async () => {
    await create("stopped");
    const waiting = wait("stopped");
    await settled();
    waits.close();
    await expect(waiting).rejects.toMatchObject(LATE);
    await expect(wait("stopped")).rejects.toMatchObject(LATE);
    expect(waits.size).toBe(0);
  });

  it("finds nothing where the id is unknown or has expired, and does not wait to say so", async () => {
    await create("old", Date.now() - DAY_MS - 1);
    expect(await wait("unknown")).toBeUndefined();
    expect(await wait("old")).toBeUndefined();
    expect(waits.size).toBe(0);
  });

  it("finds nothing once the id expires", async () => {
    await create("expiring", Date.now() - DAY_MS + 30);
    expect(await wait("expiring")).toBeUndefined();
  });

  it("finds nothing at once where a route without authentication would not serve it anyway", async () => {
    await create("frozen");
    expect(await wait("frozen", { legacy: true })).toBeUndefined();
  });
});
