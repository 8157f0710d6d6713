import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { MIGRATIONS } from "../../src/storage/sqlite/schema-steps.ts";
import { openSqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { readRefusals } from "../../src/storage/sqlite/offline/refusal-query.ts";
import { captureLog } from "../support/captured-log.ts";
import { createTemporaryFolder } from "./files/temporary-folder.ts";

const ALL = { userId: undefined, sinceTs: 0 };
const read = (path: string) => () => readRefusals(path, ALL, () => undefined);

async function makeDatabase(change: (db: Database.Database) => void): Promise<string> {
  const path = join(createTemporaryFolder(), "media.db");
  await openSqliteStores({ path, log: captureLog() }).close();
  const db = new Database(path);
  change(db);
  db.close();
  return path;
}

describe("a look at refusals", () => {
  test("says that the database is missing, and makes none", () => {
    const path = join(createTemporaryFolder(), "none.db");
    expect(read(path)).toThrow(`There is no database ${path}: the service has not been started`);
    expect(read(path)).toThrow("There is no database");
  });

  test("A look at refusals in a database of an older release says to start this one once", async () => {
    const path = await makeDatabase((db) => {
      db.exec("drop table media_bridge_refusals; update media_bridge_schema set version = 3");
    });
    expect(read(path)).toThrow(
      `has schema version 3, this release reads version ${MIGRATIONS.length}: start the service of this release once`,
    );
  });

  test("A look at refusals in a database of a newer release says whose command to use", async () => {
    const path = await makeDatabase((db) => db.exec("update media_bridge_schema set version = 999"));
    expect(read(path)).toThrow("use the command of the newer release");
  });

  test("A look at refusals in another program's database says that this release cannot read it", async () => {
    const path = await makeDatabase((db) => db.exec("drop table media_bridge_schema"));
    expect(read(path)).toThrow("has schema version 0");
  });

  test("A look at refusals in a locked database says that it is locked", { timeout: 20_000 }, async () => {
    const path = await makeDatabase(() => undefined);
    const other = new Database(path);
    other.pragma("locking_mode = exclusive");
    other.exec("begin exclusive; update media_bridge_schema set version = version; commit");
    try {
      expect(read(path)).toThrow(`The database ${path} is locked by another process`);
    } finally {
      other.close();
    }
  });
});
