import { linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";

/** Stores that an earlier release wrote: the service's database as SQL, and where it keeps files, those as JSON. */
const STORES = new URL("../fixtures/stores/", import.meta.url);

/** One file under all the names that it has. */
interface EarlierFile {
  /** Relative to the folder of the service. */
  readonly names: readonly [string, ...string[]];
  readonly text: string;
}

/**
 * Puts the database that an earlier release wrote into the folder of a service, every time in it moved so that the last
 * thing happened `agoMs` ago.
 */
export function restoreDatabase(name: string, folder: string, agoMs: number): void {
  mkdirSync(join(folder, "data"), { recursive: true });
  change(folder, (db) => {
    db.exec(readFileSync(new URL(`${name}.sql`, STORES), "utf8"));
    const columns = db
      .prepare<[], { table: string; column: string }>(
        `select t.name as "table", c.name as "column" from sqlite_schema t, pragma_table_info(t.name) c
         where t.type = 'table' and c.name like '%!_ts' escape '!'`,
      )
      .all();
    // What expires was written with a time that had not come yet.
    const past = columns.filter(({ column }) => column !== "expires_ts" && column !== "next_ts");
    const last = past.map(({ table, column }) =>
      db.prepare<[], number | null>(`select max(${column}) from ${table}`).pluck().get(),
    );
    const byMs = Date.now() - agoMs - Math.max(...last.map(Number));
    for (const { table, column } of columns) db.prepare(`update ${table} set ${column} = ${column} + ?`).run(byMs);
  });
}

/** Puts the files of an earlier release's store into the folder of a service, one that had two names under both. */
export function restoreFiles(name: string, folder: string): void {
  const files = JSON.parse(readFileSync(new URL(`${name}-files.json`, STORES), "utf8")) as EarlierFile[];
  for (const { names, text } of files) {
    const [first, ...others] = names.map((path) => join(folder, path)) as [string, ...string[]];
    for (const path of [first, ...others]) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(first, text);
    for (const path of others) linkSync(first, path);
  }
}

/** All rows of a table of the service's database. */
export function rowsOf(folder: string, table: string): Record<string, unknown>[] {
  return change(folder, (db) => db.prepare<[], Record<string, unknown>>(`select * from ${table}`).all());
}

function change<T>(folder: string, act: (db: Database.Database) => T): T {
  const db = new Database(join(folder, "data/media.db"), { timeout: 5_000 });
  try {
    return act(db);
  } finally {
    db.close();
  }
}
