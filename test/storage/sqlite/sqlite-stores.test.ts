import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { MIGRATIONS } from "../../../src/storage/sqlite/schema-steps.ts";
import { PENDING_SQL } from "../../../src/storage/sql/media/pending-statements.ts";
import { openSqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { createLogger } from "../../../src/util/log.ts";
import { newMedia } from "../../contract/media-rows.ts";
import { describeStores } from "../../contract/stores.ts";
import { runStory } from "../files/child-process.ts";
import { createTemporaryFolder } from "../files/temporary-folder.ts";

const log = createLogger("fatal");
const ALICE = "@alice:example.org";
/** Of Synapse 1.163's tables about media. */
const SYNAPSE_COLUMNS = {
  local_media_repository:
    "media_id media_type media_length created_ts upload_name user_id quarantined_by url_cache last_access_ts safe_from_quarantine authenticated sha256",
  local_media_repository_thumbnails:
    "media_id thumbnail_width thumbnail_height thumbnail_type thumbnail_method thumbnail_length",
  local_media_repository_url_cache: "url response_code etag expires_ts og media_id download_ts",
  remote_media_cache:
    "media_origin media_id media_type created_ts upload_name media_length filesystem_id last_access_ts quarantined_by authenticated sha256",
  remote_media_cache_thumbnails:
    "media_origin media_id thumbnail_width thumbnail_height thumbnail_method thumbnail_type thumbnail_length filesystem_id",
  quarantined_media_changes: "stream_id instance_name origin media_id quarantined",
};

describeStores("SQLite", async () => openSqliteStores({ path: join(createTemporaryFolder(), "media.db"), log }));

describe("the SQLite database", () => {
  it("makes its folder, and keeps its rows and its schema version from one start to the next", async () => {
    const path = join(createTemporaryFolder(), "new", "folder", "media.db");
    const first = openSqliteStores({ path, log });
    await first.media.insert(newMedia({ mediaId: "kept" }));
    await first.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
    const second = openSqliteStores({ path, log });
    expect(await second.media.find("kept")).toBeDefined();
    await second.close();
    expect(query(path, "select version from media_bridge_schema")).toEqual([{ version: MIGRATIONS.length }]);
  });

  it.each(Object.entries(SYNAPSE_COLUMNS))("has Synapse's columns in %s", async (table, columns) => {
    const path = join(createTemporaryFolder(), "media.db");
    await openSqliteStores({ path, log }).close();
    const found = query(path, `select name from pragma_table_info('${table}')`).map(({ name }) => String(name));
    expect(found.toSorted()).toEqual(columns.split(" ").toSorted());
  });

  it("finds the ids of a user that have no content by an index of their own, which uploads do not touch", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    await openSqliteStores({ path, log }).close();
    const [plan] = query(path, `explain query plan ${PENDING_SQL.count.replaceAll("?", "1")}`);
    expect(plan).toMatchObject({ detail: expect.stringContaining("media_bridge_pending_by_user") });
    const [index] = query(path, "select sql from sqlite_schema where name = 'media_bridge_pending_by_user'");
    expect(index).toMatchObject({ sql: expect.stringMatching(/where media_length is null$/) });
  });

  it("is refused when a newer release made it, with both versions named", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    await openSqliteStores({ path, log }).close();
    query(path, "update media_bridge_schema set version = 99 returning version");
    expect(() => openSqliteStores({ path, log })).toThrow(
      expect.objectContaining({
        name: "StartError",
        code: "STORE",
        message: expect.stringMatching(new RegExp(`version 99.* ${MIGRATIONS.length}:`)),
      }),
    );
  });

  it("is refused when another program made its tables, and stays as it was", () => {
    const path = join(createTemporaryFolder(), "homeserver.db");
    query(path, "create table local_media_repository (media_id text)");
    expect(() => openSqliteStores({ path, log })).toThrow(/another program/);
    expect(query(path, "select name from sqlite_schema")).toEqual([{ name: "local_media_repository" }]);
  });

  it("is refused when the file is not a database, or its folder cannot be made", () => {
    const folder = createTemporaryFolder();
    const path = join(folder, "media.db");
    writeFileSync(path, "this is some text and certainly no database ".repeat(50));
    expect(() => openSqliteStores({ path, log })).toThrow(expect.objectContaining({ code: "STORE" }));
    expect(readFileSync(path, "utf8")).toMatch(/^this is some text/);
    expect(() => openSqliteStores({ path: join(path, "below", "media.db"), log })).toThrow(
      expect.objectContaining({ code: "STORE", message: expect.stringContaining(join(path, "below")) }),
    );
  });

  it("finds the bytes of a user in its covering index alone", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    await openSqliteStores({ path, log }).close();
    const sql = "select sum(media_length) from media_bridge_uploads where user_id = 'u' and uploaded_ts > 5";
    expect(query(path, `explain query plan ${sql}`)).toMatchObject([
      { detail: expect.stringContaining("COVERING INDEX") },
    ]);
  });

  it("commits uploads that end together in one transaction", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const stores = openSqliteStores({ path, log });
    const watcher = new Database(path);
    const version = () => watcher.pragma("data_version", { simple: true });
    const seen = new Set([version()]);
    const inserts = Array.from({ length: 20 }, async (_, index) => {
      await stores.media.insert(newMedia({ mediaId: `together${index}` }));
      seen.add(version());
    });
    await Promise.all(inserts);
    expect(seen.size).toBe(2);
    watcher.close();
    await stores.close();
  });

  it("waits for a database that another process has locked without holding up the event loop", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const stores = openSqliteStores({ path, log });
    const other = new Database(path);
    other.exec("begin immediate");
    const inserted = stores.media.insert(newMedia({ mediaId: "patient" }));
    const first = await Promise.race([inserted.then(() => "inserted"), turnsOfTheLoop(200)]);
    expect(first).toBe("turned");
    expect(await stores.media.find("patient")).toBeUndefined();
    other.exec("commit");
    other.close();
    await inserted;
    expect(await stores.media.find("patient")).toBeDefined();
    await stores.close();
  });

  it("takes an upload away whole where its second half cannot be written", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const stores = openSqliteStores({ path, log });
    query(path, "insert into media_bridge_uploads values ('half', 'u', 1, 1, null) returning 1");
    await expect(stores.media.insert(newMedia({ mediaId: "half" }))).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    expect(await stores.media.find("half")).toBeUndefined();
    await stores.close();
  });

  it("flushes on a thread, begins its log anew there, and takes uploads meanwhile", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const stores = openSqliteStores({ path, log });
    const insert = (id: string) => stores.media.insert(newMedia({ mediaId: id }));
    await Promise.all(Array.from({ length: 1000 }, (_, index) => insert(`before${index}`)));
    const salt = readLogSalt(path);
    await stores.flush();
    expect(readLogSalt(path)).not.toEqual(salt);
    await Promise.all([stores.flush(), insert("meanwhile"), stores.flush()]);
    const copy = join(createTemporaryFolder(), "copy.db");
    await stores.flush();
    writeFileSync(copy, readFileSync(path));
    expect(query(copy, "select count(*) as rows from local_media_repository")).toEqual([{ rows: 1001 }]);
    expect(await stores.usage.uploadedBytes(ALICE, [0])).toEqual([100_100]);
    await stores.close();
    expect(existsSync(`${path}-wal`)).toBe(false);
  });

  it("keeps what was committed when the process is killed", async () => {
    const path = join(createTemporaryFolder(), "media.db");
    const killed = openSqliteStores({ path, log });
    await killed.media.insert(newMedia({ mediaId: "survivor" }));
    // What a killed process leaves on disk: the database and its log as they are now.
    const after = join(createTemporaryFolder(), "media.db");
    for (const suffix of ["", "-wal"]) writeFileSync(after + suffix, readFileSync(path + suffix));
    await killed.close();
    const stores = openSqliteStores({ path: after, log });
    expect(await stores.media.find("survivor")).toBeDefined();
    await stores.close();
  });

  it("lets the process end by itself, its thread and its timer notwithstanding", async () => {
    const end = await runStory("idles", [createTemporaryFolder()]);
    expect(end).toMatchObject({ exitCode: 0, stdout: "idle" });
  });
});

function query(path: string, sql: string): Record<string, unknown>[] {
  const db = new Database(path);
  try {
    const statement = db.prepare<[], Record<string, unknown>>(sql);
    if (statement.reader) return statement.all();
    statement.run();
    return [];
  } finally {
    db.close();
  }
}

/** Bytes 16 to 24 of the log's head change each time the log begins anew. */
function readLogSalt(path: string): string {
  return readFileSync(`${path}-wal`).subarray(16, 24).toString("hex");
}

async function turnsOfTheLoop(turns: number): Promise<string> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  return "turned";
}
