import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteStores, type SqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../../src/util/log.ts";
import { newMedia } from "../../contract/media-rows.ts";
import { createTemporaryFolder } from "../files/temporary-folder.ts";

/** How many media there are, and how many of them one commit may concern. */
const MEDIA = 1000;
const AT_ONCE = 100;
const ALICE = "@alice:example.org";
const BY_ADMIN = { by: "@admin:example.org", quarantinedTs: 1_700_000_000_000 };
const SAME = "a".repeat(64);

let stores: SqliteStores;
let path: string;
const open = () => {
  stores = openSqliteStores({ path, log: createLogger("fatal") });
};
beforeEach(() => {
  path = join(createTemporaryFolder(), "media.db");
  open();
});
afterEach(() => stores.close());

const insert = (mediaId: string, sha256 = SAME) => stores.media.insert(newMedia({ mediaId, sha256, userId: ALICE }));
const insertMany = (sha256Of: (index: number) => string) =>
  Promise.all(
    Array.from({ length: MEDIA }, (_, index) => insert(`m${String(index).padStart(4, "0")}`, sha256Of(index))),
  );
const isQuarantined = async (mediaId: string) => (await stores.media.find(mediaId))?.quarantinedBy !== null;
const countQuarantined = async () => {
  const page = { orderBy: "quarantined_by", isDescending: true, from: 0, limit: MEDIA * 2 } as const;
  return (await stores.administration.mediaOf(ALICE, page)).entries.filter((one) => one.quarantinedBy !== null).length;
};

/** How many changes came with each turn of the event loop while work lasts. */
async function changesByTurn(work: Promise<unknown>): Promise<number[]> {
  const state = { isDone: false };
  const ended = work.finally(() => (state.isDone = true));
  const counts: number[] = [];
  for (let last = await stores.quarantine.lastPosition(); !state.isDone;) {
    await setImmediate();
    const position = await stores.quarantine.lastPosition();
    if (position > last) counts.push(position - last);
    last = position;
  }
  await ended;
  return counts;
}

/** Begins a quarantine that ends after 300 media, as with a process that is killed. */
async function cutShort(): Promise<void> {
  const database = new Database(path, { timeout: 5_000 });
  database.exec(
    "create trigger full before update of quarantined_by on local_media_repository when old.media_id = 'm0350' begin select raise(abort, 'full'); end",
  );
  await expect(stores.quarantine.quarantine(["m0500"], BY_ADMIN)).rejects.toMatchObject({ code: "STORE_FAILED" });
  database.exec("drop trigger full");
  database.close();
}

test.each<[string, (index: number) => string, () => Promise<unknown>]>([
  ["content that much media has", () => SAME, () => stores.quarantine.quarantine(["m0500"], BY_ADMIN)],
  [
    "a user with much media",
    (index) => String(index).padStart(64, "0"),
    () => stores.quarantine.quarantineUser(ALICE, BY_ADMIN),
  ],
  [
    "a user with much of the same",
    (index) => `${index % 3}`.repeat(64),
    () => stores.quarantine.quarantineUser(ALICE, BY_ADMIN),
  ],
])("The quarantine of %s concerns at most 100 media in a turn of the event loop", async (_, sha256Of, quarantine) => {
  await insertMany(sha256Of);
  const counts = await changesByTurn(quarantine());
  expect(Math.max(...counts)).toBeLessThanOrEqual(AT_ONCE);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(MEDIA);
  expect(await countQuarantined()).toBe(MEDIA);
});

test("The quarantine of much media of one content that was cut short is completed by the next start, and of no other media", async () => {
  await insertMany(() => SAME);
  await stores.quarantine.protect("m0900", true);
  await cutShort();
  expect(await countQuarantined()).toBe(300);
  await stores.close();
  open();
  expect(await stores.quarantine.resume()).toEqual({ all: 699, newOnes: 699 });
  expect([await countQuarantined(), await isQuarantined("m0900")]).toEqual([999, false]);
  // What was spared then is not taken by a later start.
  await stores.quarantine.protect("m0900", false);
  expect(await stores.quarantine.resume()).toEqual({ all: 0, newOnes: 0 });
  expect(await isQuarantined("m0900")).toBe(false);
});

test("A release ends a quarantine that was cut short", async () => {
  await insertMany(() => SAME);
  await cutShort();
  await stores.quarantine.release("m0000");
  expect([await stores.quarantine.resume(), await countQuarantined()]).toEqual([{ all: 0, newOnes: 0 }, 0]);
});

test("The release of content that much media has concerns at most 100 media in a turn of the event loop", async () => {
  await insertMany(() => SAME);
  await stores.quarantine.quarantine(["m0500"], BY_ADMIN);
  const counts = await changesByTurn(stores.quarantine.release("m0000"));
  expect(Math.max(...counts)).toBeLessThanOrEqual(AT_ONCE);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(MEDIA);
  expect(await countQuarantined()).toBe(0);
});

const quarantine = () => stores.quarantine.quarantine(["m0700"], BY_ADMIN);
const release = () => stores.quarantine.release("m0000");

/** Does something once an action has begun and has more to do. */
async function onceBegun(work: Promise<unknown>, act: () => Promise<unknown>): Promise<void> {
  for (const before = await stores.quarantine.lastPosition(); ;) {
    await setImmediate();
    if ((await stores.quarantine.lastPosition()) > before) break;
  }
  await Promise.all([act(), work]);
}

test("What is uploaded while content is being quarantined is quarantined, wherever its id comes in their order", async () => {
  await insertMany(() => SAME);
  const work = stores.quarantine.quarantine(["m0500"], BY_ADMIN);
  await onceBegun(work, () => Promise.all(["a-first", "z-last"].map((mediaId) => insert(mediaId))));
  expect(await Promise.all(["a-first", "m0999", "z-last"].map(isQuarantined))).toEqual([true, true, true]);
});

test("What is uploaded while content is being released is not quarantined in the end", async () => {
  await insertMany(() => SAME);
  await stores.quarantine.quarantine(["m0500"], BY_ADMIN);
  const work = stores.quarantine.release("m0000");
  await onceBegun(work, () => Promise.all(["a-first", "z-last"].map((mediaId) => insert(mediaId))));
  expect(await countQuarantined()).toBe(0);
});

test.each([
  ["a release", false],
  ["a quarantine", true],
])(
  "Of a quarantine and a release at the same time the later one holds for all media: %s",
  async (_, isQuarantineLater) => {
    await insertMany(() => SAME);
    // Protected media is left alone: a release is quicker than a quarantine, and comes to its end first.
    await Promise.all(["m02", "m03", "m04", "m05"].flatMap((start) => protectHundred(start)));
    if (isQuarantineLater) await quarantine();
    await onceBegun(isQuarantineLater ? release() : quarantine(), isQuarantineLater ? quarantine : release);
    expect(await countQuarantined()).toBe(isQuarantineLater ? MEDIA - 400 : 0);
  },
);

test("A quarantine whose commit is made again, since another write in it failed, reaches all media and counts each once", async () => {
  for (const [index, mediaId] of ["first", "second", "third"].entries())
    await insert(mediaId, `${index % 2}`.repeat(64));
  const counted = stores.quarantine.quarantine(["first", "second", "third"], BY_ADMIN);
  await expect(insert("first")).rejects.toMatchObject({ code: "STORE_FAILED" });
  expect([await counted, await countQuarantined()]).toEqual([{ all: 3, newOnes: 3 }, 3]);
});

/** The hundred ids that begin so. */
function protectHundred(start: string): Promise<unknown>[] {
  const ids = Array.from({ length: 100 }, (_, index) => `${start}${String(index).padStart(2, "0")}`);
  return ids.map((mediaId) => stores.quarantine.protect(mediaId, true));
}
