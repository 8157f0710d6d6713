import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openSqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../src/util/log.ts";
import { createTemporaryFolder } from "./temporary-folder.ts";

const ALICE = "@alice:example.test";
const MEDIA = { mediaId: "media1", userId: ALICE, mediaLength: 10, uploadedTs: 2_000, sha256: null };

test("An upload that cannot be recorded leaves its user unknown until the usage is read again", async () => {
  const path = join(createTemporaryFolder(), "media.db");
  const stores = openSqliteStores({ path, log: createLogger("fatal"), durability: "relaxed" });
  const records = stores.guard;
  await records.begin("note1", ALICE, Date.now());
  await records.markRead(ALICE, { sinceTs: 0, readTs: 1_000 }, 0);
  expect(await records.isKnown(ALICE, 0)).toBe(true);
  const other = new Database(path);
  other.exec("alter table media_bridge_uploads rename to elsewhere");
  await expect(records.settle(MEDIA)).rejects.toMatchObject({ code: "STORE_FAILED" });
  other.exec("alter table elsewhere rename to media_bridge_uploads");
  other.close();
  expect(await stores.guard.isKnown(ALICE, 0)).toBe(false);
  // Read too early to have it for sure.
  await records.markRead(ALICE, { sinceTs: 0, readTs: Date.now() }, Date.now() - 60_000);
  expect(await records.isKnown(ALICE, 0)).toBe(false);
  await records.markRead(ALICE, { sinceTs: 0, readTs: Date.now() }, Date.now() + 1);
  expect(await records.isKnown(ALICE, 0)).toBe(true);
  await stores.close();
});
