import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openSqliteStores, type SqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { InProcessUnrecordedDoubts } from "../../src/coordination/in-process-unrecorded-doubts.ts";
import { InFlightUploads } from "../../src/guard/in-flight-uploads.ts";
import { createLogger } from "../../src/util/log.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const ALICE = "@alice:example.test";
const BOB = "@bob:example.test";
const MEDIA = { mediaId: "media1", mediaLength: 10, sha256: null };
const log = createLogger("fatal");

let path: string;
let stores: SqliteStores;
let notes: InFlightUploads;
beforeEach(() => {
  path = join(createTemporaryFolder(), "media.db");
  stores = openSqliteStores({ path, log, durability: "relaxed" });
  notes = new InFlightUploads({ records: stores.guard, doubts: new InProcessUnrecordedDoubts(), log, now: Date.now });
});
afterEach(() => stores.close());

/** What another process finds that starts now. */
function rows(): { user_id: string; doubted_ts: number | null }[] {
  const database = new Database(path, { timeout: 5_000, readonly: true });
  try {
    return database.prepare("select * from media_bridge_upstream_pending order by user_id").all() as ReturnType<
      typeof rows
    >;
  } finally {
    database.close();
  }
}

function execute(sql: string): void {
  const database = new Database(path, { timeout: 5_000 });
  database.exec(sql);
  database.close();
}

async function take(userId: string) {
  const note = notes.take(userId);
  await note.committed;
  return note;
}

test("One note covers all of a user's uploads, and goes once the last of them has ended", async () => {
  const [first, second, others] = await Promise.all([take(ALICE), take(ALICE), take(BOB)]);
  expect(rows()).toMatchObject([{ user_id: ALICE }, { user_id: BOB }]);
  await first.settle(MEDIA);
  others.forget();
  // What is swept leaves the note of an upload that is still under way alone.
  await vi.waitFor(() => expect(rows()).toMatchObject([{ user_id: ALICE, doubted_ts: null }]));
  second.forget();
  await vi.waitFor(() => expect(rows()).toEqual([]));
});

test("A series of uploads by one user has one note committed", async () => {
  const first = await take(ALICE);
  const [row] = rows();
  first.forget();
  const second = await take(ALICE);
  await second.settle(MEDIA);
  const third = await take(ALICE);
  expect(rows()).toEqual([row]);
  third.forget();
  await vi.waitFor(() => expect(rows()).toEqual([]));
  await take(ALICE);
  expect(rows()).not.toEqual([row]);
});

test("A doubt over one upload outlives the note, and leaves those under way noted", async () => {
  const [first, second] = await Promise.all([take(ALICE), take(ALICE)]);
  await first.doubt("a test");
  expect(rows().map(({ doubted_ts: ts }) => ts !== null)).toEqual(expect.arrayContaining([true, false]));
  const records = stores.guard;
  await records.markRead(ALICE, { sinceTs: 0, readTs: Date.now() }, Date.now() + 1);
  expect(rows()).toMatchObject([{ doubted_ts: null }]);
  await second.doubt("another");
  await vi.waitFor(() => expect(rows().map(({ doubted_ts: ts }) => typeof ts)).toEqual(["number"]));
});

test("What could not be recorded of an upload leaves its note to the next start", async () => {
  const [first, second] = await Promise.all([take(ALICE), take(ALICE)]);
  execute("alter table media_bridge_uploads rename to elsewhere");
  await first.settle(MEDIA);
  execute("alter table elsewhere rename to media_bridge_uploads");
  await second.settle(MEDIA);
  const other = await take(BOB);
  other.forget();
  await vi.waitFor(() => expect(rows()).toMatchObject([{ user_id: ALICE, doubted_ts: null }]));
  // Later uploads have one of their own, which goes.
  const third = await take(ALICE);
  expect(rows()).toHaveLength(2);
  third.forget();
  await vi.waitFor(() => expect(rows()).toHaveLength(1));
  expect(await stores.guard.doubtAll(Date.now())).toBe(1);
});

test("A note that cannot be committed fails the uploads that share it, and the next one tries again", async () => {
  execute("alter table media_bridge_upstream_pending rename to elsewhere");
  const failing = [notes.take(ALICE), notes.take(ALICE)];
  for (const note of failing) await expect(note.committed).rejects.toMatchObject({ code: "STORE_FAILED" });
  for (const note of failing) note.forget();
  execute("alter table elsewhere rename to media_bridge_upstream_pending");
  const note = await take(ALICE);
  expect(rows()).toHaveLength(1);
  note.forget();
  await vi.waitFor(() => expect(rows()).toEqual([]));
});

test("Once it is closed no note outlives its last upload", async () => {
  const [first, second] = await Promise.all([take(ALICE), take(BOB)]);
  first.forget();
  notes.close();
  second.forget();
  await stores.close();
  expect(rows()).toEqual([]);
});
