import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openModuleDatabase, type OpenModuleDatabase } from "../../src/storage/module-database/open-module-database.ts";
import { createDatabaseMedia } from "../../src/guard/database-media.ts";
import { captureLog } from "../support/captured-log.ts";
import { startPostgres, type TestPostgres } from "../support/servers/postgres.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";

const ALICE = "@alice:example.test";
const TABLE =
  "create table local_media_repository (media_id text unique, media_length integer, created_ts bigint, user_id text)";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const log = captureLog();
const ENGINES: Record<string, () => Promise<OpenModuleDatabase>> = {
  SQLite: () => {
    const args = { database: `${createTemporaryFolder()}/homeserver.db` };
    const file = new Database(args.database);
    file.pragma("user_version = 1");
    file.close();
    return openModuleDatabase({ path: "", homeserver: { name: "sqlite3", args }, log });
  },
  PostgreSQL: () => openModuleDatabase({ path: "", homeserver: { name: "psycopg2", args: { ...postgres.args } }, log }),
};

describe.each(Object.keys(ENGINES))("Synapse's media in %s", (engine) => {
  test("is what a user uploaded later than a moment, each once, page by page", async () => {
    const database = await ENGINES[engine]?.();
    if (database === undefined) throw new Error("an unknown engine");
    await database.transaction("set up", async (txn) => {
      await txn.change(TABLE);
      const insert = "insert into local_media_repository values (?, ?, ?, ?)";
      const rows: (readonly [string, number | null, number, string])[] = [
        ["at-the-moment", 5, 1_700_000_000_000, ALICE],
        ["not-uploaded-to", null, 1_700_000_000_005, ALICE],
        ["of-bob", 7, 1_700_000_000_005, "@bob:example.test"],
      ];
      // More than two pages, in a few moments, with ids that databases sort differently.
      for (let index = 0; index < 2100; index += 1) {
        rows.push([`${index % 2 ? "a" : "B"}${index}_-`, 10, 1_700_000_000_001 + (index % 3), ALICE]);
      }
      for (const row of rows) await txn.change(insert, row);
    });
    const media = createDatabaseMedia((sql, parameters) =>
      database.transaction("read", (txn) => txn.execute(sql, parameters)),
    );
    const found: string[] = [];
    let bytes = 0;
    for await (const page of media.mediaOf(ALICE, 1_700_000_000_000)) {
      found.push(...page.map(({ mediaId }) => mediaId));
      bytes += page.reduce((sum, { mediaLength }) => sum + mediaLength, 0);
    }
    expect([found.length, new Set(found).size, bytes]).toEqual([2100, 2100, 21_000]);
    expect((await media.uploaders()).toSorted()).toEqual([ALICE, "@bob:example.test"]);
    await database.close();
  });
});
