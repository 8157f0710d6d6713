import type { Config, HomeserverDatabaseConfig } from "../../config/config.ts";
import { loadHomeserverTokens } from "../../config/build/homeserver-tokens.ts";
import { createHomeserverRequests } from "../../homeserver/client/request.ts";
import { openModuleDatabase } from "../../storage/module-database/open-module-database.ts";
import { createDatabaseMedia } from "../../guard/database-media.ts";
import { createAdminMedia, type SynapseMedia } from "../../guard/synapse-media.ts";
import type { Logger } from "../../util/log.ts";
import type { ShutdownStack } from "../stop/shutdown-stack.ts";

/**
 * Synapse's list of media: from its database where `media_bridge.homeserver.database` names it, otherwise by its Admin
 * API, otherwise from the database that Synapse's own file names; undefined where the configuration gives access to
 * none. Throws a StartError `CONFIG`.
 */
export function openSynapseMedia(config: Config, log: Logger, cleanup: ShutdownStack): SynapseMedia | undefined {
  const { homeserver, upstream } = config.mediaBridge;
  if (homeserver === undefined || upstream === undefined) return undefined;
  if (homeserver.database) return openDatabaseMedia(config, homeserver.database, log, cleanup);
  const { admin } = loadHomeserverTokens(homeserver);
  if (admin === undefined) {
    // A database that Synapse's file names may not be reachable from here. So an operator who names a token means the
    // token.
    const named = config.mediaBridge.moduleDatabase.homeserver;
    return named && openDatabaseMedia(config, named, log, cleanup);
  }
  const open = (url: string) => {
    const options = { url, adminToken: admin, appserviceToken: undefined, timeoutMs: homeserver.callTimeoutMs };
    const requests = createHomeserverRequests(options);
    cleanup.add(() => requests.close());
    return requests;
  };
  return createAdminMedia(open(upstream.url), open(homeserver.url));
}

function openDatabaseMedia(
  config: Config,
  homeserver: HomeserverDatabaseConfig,
  log: Logger,
  cleanup: ShutdownStack,
): SynapseMedia {
  const { path } = config.mediaBridge.database;
  // No connection is made before the first question.
  const opening = openModuleDatabase({ path, homeserver, log });
  opening.catch(() => undefined);
  cleanup.add(async () => (await opening.catch(() => undefined))?.close());
  return createDatabaseMedia(async (sql, parameters) => {
    const database = await opening;
    return database.transaction("media_bridge_usage", (txn) => txn.execute(sql, parameters));
  });
}
