import { join } from "node:path";
import { expect, test } from "vitest";
import { InProcessUsageAccounts } from "../../src/coordination/in-process-usage-accounts.ts";
import { QuotaLedger } from "../../src/media/upload/quota.ts";
import { openSqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../src/util/log.ts";
import { newMedia } from "../contract/media-rows.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const USER = "@alice:example.org";
const HOUR_MS = 3_600_000;

test("A look at what a user has sent finds what the next upload would find, and leaves nothing behind", async () => {
  const path = join(createTemporaryFolder(), "media.db");
  const stores = openSqliteStores({ path, log: createLogger("fatal") });
  const accounts = new InProcessUsageAccounts();
  const ledger = new QuotaLedger(stores.usage, { accounts });
  const insert = (mediaId: string, mediaLength: number, ageMs: number) =>
    stores.media.insert(newMedia({ mediaId, userId: USER, mediaLength, createdTs: Date.now() - ageMs }));
  await insert("old", 5, 2 * HOUR_MS);
  const limits = [{ maxBytes: 100, timePeriodMs: HOUR_MS }];
  const [settled, held] = [await ledger.open(USER, { limits }), await ledger.open(USER, { limits })];
  await settled.growTo(60);
  await held.growTo(10);
  await settled.settleBy(insert("new", 60, 0));
  expect(await ledger.measure(USER, [HOUR_MS, 3 * HOUR_MS])).toEqual({ storedBytes: [60, 65], underWayBytes: 10 });
  expect(await ledger.measure(USER, [])).toEqual({ storedBytes: [], underWayBytes: 10 });
  const next = await ledger.open(USER, { limits });
  expect(await next.growTo(31)).toMatchObject({ sentBytes: 70 });
  expect(await next.growTo(30)).toBeUndefined();
  next.release();
  held.release();
  expect(accounts.size).toBe(0);
  await stores.close();
});
