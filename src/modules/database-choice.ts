import type { Config } from "../config/config.ts";
import { StartError } from "../errors.ts";
import { ModuleDatabaseError, type ModuleDatabase } from "../module-api/module-database.ts";

const KEY = "media_bridge.homeserver.database";
const CHOICE =
  `${KEY}: expected Synapse's database (docs/database.md), or own for the service's own, where uploads are counted: a module that ` +
  "reads Synapse's tables in the wrong one fails, or takes everything for allowed";

/**
 * Whether the configuration leaves open which database modules work on although there are two: the service keeps the
 * media, and a homeserver has a database as well.
 */
function isOpen({ mediaBridge: { homeserver, upstream, moduleDatabase } }: Config): boolean {
  return homeserver !== undefined && upstream?.mode !== "guard" && moduleDatabase.decidedBy === undefined;
}

/**
 * Any Python module can use a database, and nothing shows beforehand whether it does.
 *
 * @throws {StartError} `CONFIG` where there is one, and two databases
 */
export function requireDatabaseChoice(config: Config): void {
  const module = config.modules.find(({ language }) => language === "python");
  if (module?.language !== "python" || !isOpen(config)) return;
  throw new StartError("CONFIG", `${CHOICE}. ${module.module} is a Python module, any of which can use a database`);
}

/** The database as one TypeScript module gets it. */
export interface OfferedDatabase {
  /**
   * What its `api.database` returns. Throws a {@link ModuleDatabaseError} where there are two databases and the
   * configuration does not choose.
   */
  take(): ModuleDatabase;
  /** Throws a StartError `CONFIG` where `take` has thrown, even if the module caught that. */
  check(name: string): void;
}

/** Passes the database to a TypeScript module that asks for it. */
export function offerDatabase(config: Config, database: ModuleDatabase): OfferedDatabase {
  let isRefused = false;
  return {
    take() {
      if (!isOpen(config)) return database;
      isRefused = true;
      throw new ModuleDatabaseError("UNAVAILABLE", CHOICE);
    },
    check(name) {
      if (isRefused) throw new StartError("CONFIG", `${CHOICE}. The module ${name} asks for one`);
    },
  };
}
