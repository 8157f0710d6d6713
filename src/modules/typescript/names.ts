import type { Config } from "../../config/config.ts";
import type { NamesApi } from "../../module-api/names-api.ts";

/** `worker_app` of what a module of Synapse takes the service for. */
export const WORKER_APP = "synapse.app.media_repository";

/** What the configuration says of names. */
type NamedService = Pick<Config, "serverName" | "publicBaseurl"> & {
  readonly mediaBridge: Pick<Config["mediaBridge"], "workerName">;
};

/** The part of a module's API that is about names. */
export function createNamesApi({ serverName, publicBaseurl, mediaBridge }: NamedService): NamesApi {
  return {
    serverName,
    publicBaseurl,
    workerName: mediaBridge.workerName,
    workerApp: WORKER_APP,
    isMine: (id) => id.includes(":") && id.slice(id.indexOf(":") + 1) === serverName,
    getQualifiedUserId: (username) => (username.startsWith("@") ? username : `@${username}:${serverName}`),
  };
}
