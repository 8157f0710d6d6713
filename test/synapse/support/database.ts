import { startPostgres } from "../../support/servers/postgres.ts";
import type { DatabaseConfig, SynapseOptions } from "./synapse.ts";

/** A database for a Synapse, of either engine. */
export interface SynapseDatabase {
  /** For `startSynapse`: nothing for SQLite, which it makes by itself. */
  readonly options: Pick<SynapseOptions, "database">;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL where that is what is wanted. */
export async function startDatabase(engine: DatabaseConfig["name"]): Promise<SynapseDatabase> {
  if (engine === "sqlite3") return { options: {}, stop: () => Promise.resolve() };
  const postgres = await startPostgres();
  return {
    options: { database: { name: engine, args: { ...postgres.args, cp_min: 1, cp_max: 5 } } },
    stop: () => postgres.stop(),
  };
}
