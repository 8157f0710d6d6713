import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { UploaderSums } from "../../../src/media/administration/administration-rows.ts";
import { openSqliteStores, type SqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../../src/util/log.ts";
import { newMedia } from "../../contract/media-rows.ts";
import { createTemporaryFolder } from "../files/temporary-folder.ts";

/** How many rows are read on the event loop. */
const ROWS_HERE = 2_000;
const ALICE = "@alice:example.org";

let stores: SqliteStores;
beforeEach(() => {
  stores = openSqliteStores({ path: join(createTemporaryFolder(), "media.db"), log: createLogger("fatal") });
});
afterEach(() => stores.close());

async function insert(count: number, userId = ALICE): Promise<void> {
  const mediaIds = Array.from(
    { length: count },
    (_, index) => `${userId.slice(1, 4)}${String(index).padStart(5, "0")}`,
  );
  await Promise.all(mediaIds.map((mediaId) => stores.media.insert(newMedia({ mediaId, userId, mediaLength: 3 }))));
}

/** Whether a read lets the event loop turn before it answers: on a thread it does, on the event loop it cannot. */
async function isReadApart(read: Promise<unknown>): Promise<boolean> {
  let hasTurned = false;
  const turn = setImmediate().then(() => (hasTurned = true));
  await read;
  const isApart = hasTurned;
  await turn;
  return isApart;
}

const first = () => stores.administration.uploaders(0, 2e12)[Symbol.asyncIterator]().next();
const late = { orderBy: "upload_name", isDescending: true, from: ROWS_HERE - 1, limit: 10 } as const;

test("A page of a user's media is read on a thread as soon as they are too many for the event loop", async () => {
  await insert(ROWS_HERE);
  expect(await isReadApart(stores.administration.mediaOf(ALICE, late))).toBe(false);
  await stores.media.insert(newMedia({ mediaId: "one-more", userId: ALICE }));
  expect(await isReadApart(stores.administration.mediaOf(ALICE, late))).toBe(true);
});

test("Of pages that are read on the event loop and asked for together, one is read in each of its turns", async () => {
  await insert(3);
  const page = { ...late, from: 0 };
  const earlier = stores.administration.mediaOf(ALICE, page);
  expect(await isReadApart(stores.administration.mediaOf(ALICE, page))).toBe(true);
  expect((await earlier).total).toBe(3);
});

test("A page that a thread reads has what was committed a moment ago, and the length of the whole list", async () => {
  await insert(ROWS_HERE + 1);
  await insert(1, "@bob:example.org");
  await stores.quarantine.quarantine(["ali02000"], { by: "@admin:example.org", quarantinedTs: 1 });
  const { entries, total } = await stores.administration.mediaOf(ALICE, late);
  expect(entries.map(({ mediaId, quarantinedBy }) => [mediaId, quarantinedBy !== null])).toEqual([
    ["ali01999", true],
    ["ali02000", true],
  ]);
  expect(total).toBe(ROWS_HERE + 1);
});

test("The sums of users are read on a thread as soon as the store has too many rows for the event loop", async () => {
  await insert(ROWS_HERE);
  expect(await isReadApart(first())).toBe(false);
  await insert(1, "@bob:example.org");
  expect(await isReadApart(first())).toBe(true);
  const all: UploaderSums[] = [];
  for await (const piece of stores.administration.uploaders(0, 2e12)) all.push(...piece);
  expect(all).toEqual([
    { userId: ALICE, mediaCount: ROWS_HERE, mediaBytes: 3 * ROWS_HERE },
    { userId: "@bob:example.org", mediaCount: 1, mediaBytes: 3 },
  ]);
});

test("A store is closed while its thread reads, and the read is answered", async () => {
  await insert(ROWS_HERE + 1);
  const read = stores.administration.mediaOf(ALICE, late);
  await stores.close();
  expect((await read).total).toBe(ROWS_HERE + 1);
  stores = openSqliteStores({ path: join(createTemporaryFolder(), "media.db"), log: createLogger("fatal") });
});
