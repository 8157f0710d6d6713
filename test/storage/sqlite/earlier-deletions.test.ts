import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { localFile } from "../../../src/media-file.ts";
import { MIGRATIONS } from "../../../src/storage/sqlite/schema-steps.ts";
import { openSqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { captureLog } from "../../support/captured-log.ts";
import { createTemporaryFolder } from "../files/temporary-folder.ts";

/** Of the schema whose journal knew no steps. */
const WITHOUT_STEPS = 11;
const NOW_TS = 1_700_000_000_000;

const files = (mediaId: string) => JSON.stringify([localFile(mediaId)]);

test("Deletions that an earlier release left have the steps that were left of them", async () => {
  const path = join(createTemporaryFolder(), "media.db");
  const db = new Database(path);
  for (const step of MIGRATIONS.slice(0, WITHOUT_STEPS)) db.exec(step);
  db.exec("create table media_bridge_schema (version integer not null)");
  db.prepare("insert into media_bridge_schema values (?)").run(WITHOUT_STEPS);
  const add = db.prepare(
    "insert into media_bridge_deletions (media_id, files, deleted_ts, providers, is_told, attempts, next_ts) values (?, ?, 1, ?, ?, ?, ?)",
  );
  add.run("begun", files("begun"), null, 0, 0, NOW_TS);
  add.run("untold", files("untold"), "[]", 0, 2, NOW_TS);
  add.run("kept", files("kept"), '["bucket","folder"]', 1, 3, NOW_TS + 1_000);
  // Two providers of one name were deleted from twice.
  add.run("twice", files("twice"), '["twin","twin"]', 1, 1, NOW_TS);
  db.close();
  const stores = openSqliteStores({ path, log: captureLog() });
  onTestFinished(() => stores.close());
  const { deletions } = stores;
  expect((await deletions.steps()).toSorted()).toEqual([
    "files",
    "modules",
    "provider bucket",
    "provider folder",
    "provider twin",
  ]);
  const due = async (step: Parameters<typeof deletions.due>[0]) =>
    (await deletions.due(step, NOW_TS, 10)).map(({ mediaId, files: [file], attempts }) => [mediaId, file, attempts]);
  expect(await due("files")).toEqual([["begun", localFile("begun"), 0]]);
  expect(await due("modules")).toEqual([["untold", localFile("untold"), 0]]);
  expect(await due("provider bucket")).toEqual([]);
  expect(await deletions.nextDueTs("provider folder", NOW_TS)).toBe(NOW_TS + 1_000);
  await deletions.done("provider bucket", "kept", [], NOW_TS);
  await deletions.done("provider folder", "kept", [], NOW_TS);
  await deletions.done("provider twin", "twice", [], NOW_TS);
  expect(await deletions.count()).toBe(2);
});
