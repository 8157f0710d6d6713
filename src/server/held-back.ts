import type { Config } from "../config/config.ts";
import { createHomeserverClient } from "../homeserver/client/create-client.ts";
import { HomeserverError } from "../homeserver/homeserver-error.ts";
import { declareUncounted } from "../metrics/metrics-api.ts";
import { loadModules, type LoadedModules } from "../modules/load.ts";
import { moduleDatabaseOptions } from "./module-database.ts";
import { openTrialDatabase } from "../storage/module-database/open-module-database.ts";
import { createLogger } from "../util/log.ts";

/**
 * Loads all modules for a look at them: nothing of theirs starts by itself, the homeserver is not asked, and what they write to
 * a database is taken back. Rejects with a StartError.
 */
export async function loadHeldBackModules(config: Config, onProgress: (line: string) => void): Promise<LoadedModules> {
  const log = createLogger("fatal");
  const database = await openTrialDatabase({ ...moduleDatabaseOptions(config), log });
  const homeserver = createHomeserverClient({
    send: ({ what }) => Promise.reject(new HomeserverError("HOMESERVER_UNREACHABLE", `${what}: ${HELD_BACK}`)),
    close: () => Promise.resolve(),
  });
  const services = Promise.resolve({ homeserver, database, metrics: declareUncounted().api });
  try {
    const modules = await loadModules({ config, log, heldBack: true, services, onProgress });
    return {
      ...modules,
      async stop(graceMs) {
        await modules.stop(graceMs);
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

const HELD_BACK = "calls to the homeserver are held back during a check";
