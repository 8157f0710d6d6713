import type { Config } from "../../config/config.ts";
import type { ModuleDatabaseOptions } from "../../storage/module-database/open-module-database.ts";

/** Which database modules work on, as the configuration decides it. */
export function moduleDatabaseOptions({ mediaBridge }: Config): Omit<ModuleDatabaseOptions, "log"> {
  const { homeserver, decidedBy } = mediaBridge.moduleDatabase;
  return { path: mediaBridge.database.path, homeserver, key: decidedBy?.key };
}
