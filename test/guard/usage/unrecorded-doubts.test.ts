import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { InProcessUnrecordedDoubts } from "../../../src/coordination/in-process-unrecorded-doubts.ts";
import { InFlightUploads } from "../../../src/guard/in-flight-uploads.ts";
import type { UpstreamMedia } from "../../../src/guard/records.ts";
import type { SynapseMedia } from "../../../src/guard/synapse-media.ts";
import { UpstreamUsage } from "../../../src/guard/usage.ts";
import { openSqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { captureLog } from "../../support/captured-log.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";

const ALICE = "@alice:example.test";
const MEDIA = { mediaId: "media1", mediaLength: 10, sha256: null };
const MINUTE_MS = 60_000;

test("An upload that cannot be recorded leaves its user unknown until the usage is read again", async () => {
  const path = join(createTemporaryFolder(), "media.db");
  const log = captureLog();
  const stores = openSqliteStores({ path, log, durability: "relaxed" });
  const records = stores.guard;
  const doubts = new InProcessUnrecordedDoubts();
  const synapse = new CountingSynapse();
  let nowMs = Date.now();
  const usage = new UpstreamUsage({ sums: stores.usage, records, doubts, synapse, log, now: () => nowMs });
  const uploads = new InFlightUploads({ records, doubts, log, now: Date.now });
  const readings = async () => {
    await usage.uploadedBytes(ALICE, [0]);
    return synapse.readings;
  };

  await records.markRead(ALICE, { sinceTs: 0, readTs: 1_000 }, 0);
  expect(await readings()).toBe(0);

  const note = uploads.take(ALICE);
  await note.committed;
  const other = new Database(path);
  other.exec("alter table media_bridge_uploads rename to elsewhere");
  const media = { ...MEDIA, userId: ALICE, uploadedTs: 2_000 };
  await expect(records.settle(media)).rejects.toMatchObject({ code: "STORE_FAILED" });
  await note.settle(MEDIA);
  other.exec("alter table elsewhere rename to media_bridge_uploads");
  other.close();
  expect(await readings()).toBe(1);
  // That was read too early to have it for sure.
  nowMs += 4 * MINUTE_MS;
  expect(await readings()).toBe(2);
  nowMs += 60 * MINUTE_MS;
  expect(await readings()).toBe(3);
  expect(await readings()).toBe(3);
  uploads.close();
  await stores.close();
});

/** A Synapse where the user has no media. */
class CountingSynapse implements SynapseMedia {
  readings = 0;

  async *mediaOf(): AsyncGenerator<UpstreamMedia[]> {
    this.readings += 1;
    yield [];
  }

  async uploaders(): Promise<string[]> {
    return [];
  }
}
