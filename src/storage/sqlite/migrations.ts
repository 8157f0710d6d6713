import type { Database } from "better-sqlite3";
import { StartError } from "../../errors.ts";
import { MIGRATIONS } from "./schema-steps.ts";

/** Throws a StartError for a database that {@link migrate} would refuse, and changes nothing. */
export function expectUsable(db: Database, path: string): void {
  const hasVersion = db.prepare("select 1 from sqlite_schema where name = 'media_bridge_schema'").get() !== undefined;
  const found = hasVersion ? db.prepare("select version from media_bridge_schema").pluck().get() : 0;
  const version = typeof found === "number" ? found : 0;
  if (version > MIGRATIONS.length) throw newerDatabase(path, version);
  if (version === 0) refuseForeignTables(db, path);
}

/**
 * Brings the tables up to the version of this code, all or nothing. Throws a StartError for a database that is newer,
 * or that another program made.
 */
export function migrate(db: Database, path: string): void {
  db.transaction(() => {
    db.exec("create table if not exists media_bridge_schema (version integer not null)");
    expectUsable(db, path);
    const found = db.prepare("select version from media_bridge_schema").pluck().get();
    const version = typeof found === "number" ? found : 0;
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    // Written even where nothing changed: the first commit after a start flushes the header of the log, and this commit
    // is it.
    db.exec("delete from media_bridge_schema");
    db.prepare("insert into media_bridge_schema (version) values (?)").run(MIGRATIONS.length);
  }).immediate();
}

/** The version of a database's tables; undefined for a database that the service did not make. Changes nothing. */
export function schemaVersion(db: Database): number | undefined {
  const isOurs = db.prepare("select 1 from sqlite_schema where name = 'media_bridge_schema'").get() !== undefined;
  const version: unknown = isOurs ? db.prepare("select version from media_bridge_schema").pluck().get() : undefined;
  return typeof version === "number" ? version : undefined;
}

function newerDatabase(path: string, version: number): StartError {
  return new StartError(
    "STORE",
    `The database ${path} has schema version ${version}, this release knows versions up to ${MIGRATIONS.length}: ` +
      "start the newer release, or restore the backup from before it",
  );
}

function refuseForeignTables(db: Database, path: string): void {
  const foreign = db.prepare("select 1 from sqlite_schema where name = 'local_media_repository'").get();
  if (foreign === undefined) return;
  throw new StartError(
    "STORE",
    `The database ${path} holds media tables that another program made: name a file of its own under media_bridge.database.path`,
  );
}
