import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openModuleDatabase } from "../../src/storage/module-database/open-module-database.ts";
import { toPoolConfig } from "../../src/storage/module-database/postgres-arguments.ts";
import { numberPlaceholders } from "../../src/storage/module-database/postgres-placeholders.ts";
import { openSqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { captureLog } from "../support/captured-log.ts";
import { startPostgres, type TestPostgres } from "../support/servers/postgres.ts";
import { describeModuleDatabase } from "../contract/module-database.ts";
import { newMedia } from "../contract/media-rows.ts";
import { createTemporaryFolder } from "./files/temporary-folder.ts";

const log = captureLog();
let sqlitePath: string | undefined;
afterEach(() => (sqlitePath = undefined));

/** The same file for every call of one test, so that two databases meet in it. */
async function openSqlite() {
  if (sqlitePath === undefined) {
    sqlitePath = join(createTemporaryFolder(), "media.db");
    await openSqliteStores({ path: sqlitePath, log }).close();
  }
  return openModuleDatabase({ path: sqlitePath, log });
}

describeModuleDatabase("SQLite", openSqlite, { uniqueViolation: "SQLITE_CONSTRAINT_UNIQUE" });

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const openPostgres = () =>
  openModuleDatabase({ path: "/nowhere", homeserver: { name: "psycopg2", args: postgres.args }, log });

describeModuleDatabase("PostgreSQL", openPostgres, { uniqueViolation: "23505" });

describe("the database of modules on SQLite", () => {
  it("works on the service's own tables, beside the service", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const stores = openSqliteStores({ path, log });
    const database = await openModuleDatabase({ path, log });
    await stores.media.insert(newMedia({ mediaId: "mine" }));
    const sql = "select media_length from local_media_repository where media_id = ?";
    expect(await database.transaction("read", (txn) => txn.execute(sql, ["mine"]))).toHaveLength(1);
    await database.transaction("hold", async (txn) => {
      await txn.execute("create table of_mine (id integer)");
      const inserted = stores.media.insert(newMedia({ mediaId: "waits" }));
      expect(await stores.media.find("mine")).toBeDefined();
      void inserted;
    });
    await stores.close();
    await database.close();
    const after = new Database(path);
    expect(after.prepare("select media_id from local_media_repository order by 1").pluck().all()).toEqual([
      "mine",
      "waits",
    ]);
    after.close();
  });

  it("waits for a lock on its thread: the event loop turns meanwhile", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    await openSqliteStores({ path, log }).close();
    const holder = new Database(path);
    holder.exec("begin immediate");
    const database = await openModuleDatabase({ path, log });
    const written = database.transaction("write", (txn) => txn.execute("create table of_mine (id integer)"));
    const first = await Promise.race([written, turnsOfTheLoop(500)]);
    expect(first).toBe("turned");
    holder.exec("commit");
    await written;
    holder.close();
    await database.close();
  });

  it("stores bytes, and integers as such whatever their column", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    await openSqliteStores({ path, log }).close();
    const database = await openModuleDatabase({ path, log });
    const rows = await database.transaction("types", async (txn) => {
      await txn.execute("create table of_mine (x, y)");
      await txn.execute("insert into of_mine values (?, ?), (?, ?)", [2 ** 40, new Uint8Array([1, 2]), true, 1.5]);
      return txn.execute("select typeof(x) as x, y from of_mine");
    });
    expect(rows).toEqual([
      { x: "integer", y: new Uint8Array([1, 2]) },
      { x: "integer", y: 1.5 },
    ]);
    await database.close();
  });

  it("is not ended by SQL, and a database that is not there is told as such", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const nowhere = await openModuleDatabase({ path, log });
    await expect(nowhere.transaction("read", (txn) => txn.execute("select 1"))).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining(path),
    });
    await openSqliteStores({ path, log }).close();
    const ended = nowhere.transaction("ends", (txn) => txn.execute("commit"));
    await expect(ended).rejects.toMatchObject({ code: "SQL", message: expect.stringContaining("not by SQL") });
    await nowhere.close();
  });
});

describe("the database of modules on PostgreSQL", () => {
  it("does not commit a function that continued after a failed statement", async () => {
    const database = await openPostgres();
    const swallowed = database.transaction("swallow", async (txn) => {
      await txn.execute("create table t_swallow (id integer)");
      await txn.execute("select * from nowhere").catch(() => undefined);
    });
    await expect(swallowed).rejects.toMatchObject({
      code: "SQL",
      message: expect.stringContaining("nothing was committed"),
    });
    await expect(database.transaction("read", (txn) => txn.execute("select * from t_swallow"))).rejects.toMatchObject({
      sqlCode: "42P01",
    });
    await database.close();
  });

  it("runs again after a lost connection, and ends a statement at the deadline on the server too", async () => {
    const database = await openPostgres();
    let attempts = 0;
    const rows = await database.transaction("lost", async (txn) => {
      attempts += 1;
      if (attempts === 1) await txn.execute("select pg_terminate_backend(pg_backend_pid())");
      return txn.execute("select 1 as one");
    });
    expect([attempts, rows]).toEqual([2, [{ one: 1 }]]);
    const slow = database.transaction("slow", (txn) => txn.execute("select pg_sleep(60)"), { deadlineMs: 300 });
    await expect(slow).rejects.toMatchObject({ code: expect.stringMatching(/DEADLINE|SQL/) });
    await database.close();
  });

  it("says that no server answers, without the password", async () => {
    const args = { host: createTemporaryFolder(), user: "me", password: "s3cret-word" };
    const database = await openModuleDatabase({ path: "/nowhere", homeserver: { name: "psycopg2", args }, log });
    const failure: unknown = await database
      .transaction("read", (txn) => txn.execute("select 1"))
      .catch((e: unknown) => e);
    expect(failure).toMatchObject({ code: "UNAVAILABLE" });
    expect(String(failure) + log.text()).not.toContain("s3cret-word");
    await database.close();
  });

  it("lets the server's operators be written with two question marks", async () => {
    const database = await openPostgres();
    const sql = `select '{"a": 1}'::jsonb ?? ? as has, $$?$$ as text`;
    const rows = await database.transaction("operators", (txn) => txn.execute(sql, ["a"]));
    expect(rows).toEqual([{ has: true, text: "?" }]);
    await database.close();
  });
});

describe("placeholders of PostgreSQL", () => {
  it.each([
    ["select ?, ?", "select $1, $2"],
    ["select '?', \"?\", 'it''s ?', ?", "select '?', \"?\", 'it''s ?', $1"],
    [String.raw`select E'\'?', ?`, String.raw`select E'\'?', $1`],
    ["select $$ ? $$, $a$ ? $$ ? $a$, ?", "select $$ ? $$, $a$ ? $$ ? $a$, $1"],
    ["select /* ? /* ? */ ? */ ? -- ?\n, ?", "select /* ? /* ? */ ? */ $1 -- ?\n, $2"],
    ["select a ?? ?, a ??| ?", "select a ? $1, a ?| $2"],
    ["select $1", "select $1"],
  ])("%s", (sql, expected) => {
    expect(numberPlaceholders(sql)).toBe(expected);
  });
});

describe("arguments of psycopg2", () => {
  it("are handed on to pg as far as it knows them", () => {
    const args = {
      user: "u",
      password: "p",
      dbname: "d",
      host: "/run",
      port: "5433",
      cp_max: 7,
      connect_timeout: 3,
      keepalives: 1,
    };
    expect(toPoolConfig(args)).toEqual({
      user: "u",
      password: "p",
      database: "d",
      host: "/run",
      port: 5433,
      max: 7,
      connectionTimeoutMillis: 3000,
    });
    expect(toPoolConfig({ sslmode: "require" }).ssl).toEqual({ rejectUnauthorized: false });
    expect(toPoolConfig({ sslmode: "verify-full" }).ssl).toEqual({ rejectUnauthorized: true });
    expect(() => toPoolConfig({ sslmode: "verify-ca", sslrootcert: "/nowhere.pem" })).toThrow(
      /nowhere\.pem cannot be read/,
    );
  });
});

async function turnsOfTheLoop(count: number): Promise<string> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return "turned";
}
