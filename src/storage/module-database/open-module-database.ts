import type { ModuleDatabase } from "../../modules/module-database.ts";
import type { Logger } from "../../util/log.ts";
import type { PostgresArguments } from "./postgres-arguments.ts";
import { SqliteEngine } from "./sqlite-engine.ts";
import { EngineDatabase } from "./transactions.ts";

export interface ModuleDatabaseOptions {
  /** The service's own SQLite file. */
  readonly path: string;
  /** The homeserver's database, used in its place where there is one. */
  readonly homeserver?: { readonly name: "sqlite3" | "psycopg2"; readonly args: PostgresArguments } | undefined;
  readonly log: Logger;
}

/** A database of modules that can be closed. */
export interface OpenModuleDatabase extends ModuleDatabase {
  /** Lets what runs end, then closes every connection. */
  close(): Promise<void>;
}

/** The database that TypeScript modules share; nothing is opened before the first transaction. Rejects with a StartError. */
export async function openModuleDatabase({
  path,
  homeserver,
  log,
}: ModuleDatabaseOptions): Promise<OpenModuleDatabase> {
  if (homeserver === undefined) return new EngineDatabase(new SqliteEngine({ path, own: true }));
  if (homeserver.name === "sqlite3") {
    return new EngineDatabase(new SqliteEngine({ path: String(homeserver.args["database"]), own: false }));
  }
  const { PostgresEngine } = await import("./postgres-engine.ts");
  return new EngineDatabase(new PostgresEngine(homeserver.args, log));
}
