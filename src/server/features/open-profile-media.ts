import type { Config } from "../../config/config.ts";
import { matrixError } from "../../errors.ts";
import { listAvatars } from "../../homeserver/administration/homeserver-avatars.ts";
import type { HomeserverRequests } from "../../homeserver/client/request.ts";
import type { ProfileMedia } from "../../media/deletion/profile-media.ts";
import { openModuleDatabase } from "../../storage/module-database/open-module-database.ts";
import { openAvatars } from "../../storage/open/open-avatars.ts";
import type { Logger } from "../../util/log.ts";
import type { ShutdownStack } from "../stop/shutdown-stack.ts";

export interface ProfileMediaOptions {
  readonly config: Config;
  readonly homeserver: HomeserverRequests;
  readonly log: Logger;
  readonly cleanup: ShutdownStack;
}

/**
 * What profiles show: from the database that `media_bridge.homeserver.database` names, otherwise by Synapse's Admin
 * API.
 */
export function openProfileMedia({ config, homeserver: requests, log, cleanup }: ProfileMediaOptions): ProfileMedia {
  const { homeserver, database } = config.mediaBridge;
  if (homeserver?.database !== undefined) {
    // No connection is made before the first question.
    const opening = openModuleDatabase({ path: database.path, homeserver: homeserver.database, log });
    opening.catch(() => undefined);
    cleanup.add(async () => (await opening.catch(() => undefined))?.close());
    return openAvatars(opening, config.serverName);
  }
  return {
    async list(token) {
      const as = token === undefined ? ({ admin: true } as const) : { token };
      if (homeserver === undefined) throw matrixError("PROFILES_UNKNOWN");
      return listAvatars(requests, as, config.serverName);
    },
  };
}
