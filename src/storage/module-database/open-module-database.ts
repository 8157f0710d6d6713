import { existsSync } from "node:fs";
import type { ModuleDatabase } from "../../module-api/module-database.ts";
import type { Logger } from "../../util/log.ts";
import { MIGRATIONS } from "../sqlite/schema-steps.ts";
import type { TransactionEngine } from "./engine.ts";
import type { PostgresArguments } from "./postgres-arguments.ts";
import type { DatabasePlace } from "./missing-table.ts";
import { SqliteEngine } from "./sqlite-engine.ts";
import { EngineDatabase } from "./transactions.ts";
import { TrialEngine } from "./trial-engine.ts";

export type { Session, StatementResult, TransactionEngine } from "./engine.ts";

export interface ModuleDatabaseOptions {
  /** The service's own SQLite file. */
  readonly path: string;
  /** The homeserver's database, used instead where there is one. */
  readonly homeserver?: { readonly name: "sqlite3" | "psycopg2"; readonly args: PostgresArguments } | undefined;
  /** The configuration key that decides between the two, for messages. */
  readonly key?: string | undefined;
  readonly log: Logger;
}

/** A database of modules that can be closed. */
export interface OpenModuleDatabase extends ModuleDatabase {
  /** Lets running transactions end, then closes every connection. */
  close(): Promise<void>;
}

/**
 * The database that TypeScript modules share; nothing is opened before the first transaction. Rejects with a
 * StartError.
 */
export async function openModuleDatabase(options: ModuleDatabaseOptions): Promise<OpenModuleDatabase> {
  return new EngineDatabase(await openEngine(options), placeOf(options));
}

/**
 * The same for modules that are only looked at: what they write is rolled back. Where the service's own database does
 * not exist yet, an empty one in memory replaces it, which keeps what is written until it is closed.
 *
 * @param onWrite called for each statement whose changes are rolled back
 */
export async function openTrialDatabase(
  options: ModuleDatabaseOptions,
  onWrite: () => void = () => undefined,
): Promise<OpenModuleDatabase> {
  if (options.homeserver === undefined && !existsSync(options.path)) {
    return new EngineDatabase(new SqliteEngine({ path: ":memory:", own: true, make: MIGRATIONS }), placeOf(options));
  }
  return new EngineDatabase(new TrialEngine(await openEngine(options), onWrite), placeOf(options));
}

/** A database behind an engine of the caller's, in which Synapse's own tables are. */
export function openDatabaseOver(engine: TransactionEngine): OpenModuleDatabase {
  return new EngineDatabase(engine, { isOwn: false });
}

function placeOf({ homeserver, key }: ModuleDatabaseOptions): DatabasePlace {
  return { isOwn: homeserver === undefined, key };
}

async function openEngine({ path, homeserver, log }: ModuleDatabaseOptions): Promise<TransactionEngine> {
  if (homeserver === undefined) return new SqliteEngine({ path, own: true });
  if (homeserver.name === "sqlite3") {
    return new SqliteEngine({ path: String(homeserver.args["database"]), own: false });
  }
  const { PostgresEngine } = await import("./postgres-engine.ts");
  return new PostgresEngine(homeserver.args, log);
}
