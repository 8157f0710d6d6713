import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { ERASURE } from "../../src/storage/sql/erasure-statements.ts";
import { eraseUser } from "../../src/storage/sqlite/offline/user-erasure.ts";
import { openSqliteStores } from "../../src/storage/sqlite/sqlite-stores.ts";
import { captureLog } from "../support/captured-log.ts";
import { createTemporaryFolder } from "./files/temporary-folder.ts";

const ALICE = "@alice:example.test";
const BOB = "@bob:example.test";

/** A database in which every column with a user's id has it, once for each of two users. */
async function fillDatabase(): Promise<string> {
  const path = join(createTemporaryFolder(), "media.db");
  await openSqliteStores({ path, log: captureLog() }).close();
  const db = new Database(path);
  for (const [index, user] of [ALICE, BOB].entries()) {
    const id = `media${index}`;
    db.exec(`
      insert into local_media_repository (media_id, media_length, created_ts, user_id) values ('${id}', 7, 1, '${user}');
      insert into local_media_repository (media_id, created_ts, user_id) values ('empty${index}', 1, '${user}');
      insert into local_media_repository (media_id, quarantined_by) values ('bad${index}', '${user}');
      insert into remote_media_cache (media_origin, media_id, quarantined_by) values ('elsewhere.test', '${id}', '${user}');
      insert into media_bridge_uploads (media_id, user_id, uploaded_ts, media_length) values ('${id}', '${user}', 1, 7);
      insert into media_bridge_upstream_pending (upload_id, user_id, started_ts) values ('${id}', '${user}', 1);
      insert into media_bridge_upstream_created (media_id, user_id, expires_ts) values ('${id}', '${user}', 1);
      insert into media_bridge_quarantined_hashes (sha256, quarantined_by, quarantined_ts) values ('${id}', '${user}', 1);
      insert into media_bridge_usage (user_id, since_ts, read_ts) values ('${user}', 1, 1);
      insert into media_bridge_refusals (refused_ts, request_id, user_id, method, route, status, received_bytes)
        values (1, 'a-1', '${user}', 'POST', 'upload', 413, 0);
    `);
  }
  db.close();
  return path;
}

/** Every column that can hold a user's id, as \`table.column\`. */
function userColumns(db: Database.Database): string[] {
  const tables = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all() as string[];
  return tables.flatMap((table) =>
    (db.pragma(`table_info(${table})`) as { name: string }[])
      .map(({ name }) => name)
      .filter((name) => /user|_by$/.test(name) && name !== "answered_by")
      .map((name) => `${table}.${name}`),
  );
}

describe("the erasure of a user", () => {
  test("knows every column of the database that has a user's id", async () => {
    const db = new Database(await fillDatabase());
    expect(userColumns(db).toSorted()).toEqual(ERASURE.map(({ table, column }) => `${table}.${column}`).toSorted());
    db.close();
  });

  test("takes the id out of all of them but the uploader of stored media, and leaves other users alone", async () => {
    const path = await fillDatabase();
    const before = new Database(path, { readonly: true });
    const columns = userColumns(before);
    before.close();
    const { storedMedia } = eraseUser(path, ALICE);
    expect(storedMedia).toBe(1);
    const db = new Database(path, { readonly: true });
    const holders = (user: string) =>
      columns.flatMap((place) => {
        const [table, column] = place.split(".");
        const found = db.prepare(`select count(*) from ${table} where ${column} = ?`).pluck().get(user) as number;
        return found > 0 ? [`${place}: ${found}`] : [];
      });
    expect(holders(ALICE)).toEqual(["local_media_repository.user_id: 1"]);
    expect(holders(BOB)).toHaveLength(columns.length);
    db.close();
  });

  test("keeps sums: what was uploaded, refused and quarantined counts as before, under one pseudonym", async () => {
    const path = await fillDatabase();
    const { pseudonym } = eraseUser(path, ALICE);
    const db = new Database(path, { readonly: true });
    const get = (sql: string) => db.prepare(sql).pluck().get();
    expect(get("select sum(media_length) from media_bridge_uploads")).toBe(14);
    expect(get("select count(*) from media_bridge_refusals")).toBe(2);
    expect(get("select count(*) from local_media_repository where quarantined_by is not null")).toBe(2);
    expect(get(`select media_length from media_bridge_uploads where user_id = '${pseudonym}'`)).toBe(7);
    db.close();
  });
});
