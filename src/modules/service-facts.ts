import type { Config } from "../config/config.ts";
import { shownMediaStore } from "../config/build/shown-media-store.ts";
import { WORKER_APP } from "./typescript/names.ts";
import type { DatabaseFacts, ServiceFacts } from "./python/python-host-options.ts";

/** What Python modules may know about the service. */
export function serviceFacts(config: Config): ServiceFacts {
  return {
    server_name: config.serverName,
    public_baseurl: config.publicBaseurl,
    media_store_path: shownMediaStore(config),
    max_upload_size: config.maxUploadSizeBytes,
    enable_authenticated_media: config.enableAuthenticatedMedia,
    worker_name: config.mediaBridge.workerName,
    worker_app: WORKER_APP,
    run_background_tasks: config.mediaBridge.runBackgroundTasks,
    database: databaseFacts(config),
  };
}

function databaseFacts({ mediaBridge }: Config): DatabaseFacts {
  const { homeserver, decidedBy } = mediaBridge.moduleDatabase;
  const key = decidedBy?.key ?? null;
  if (homeserver === undefined)
    return { name: "sqlite3", args: { database: mediaBridge.database.path }, own: true, key };
  return { ...homeserver.session, name: homeserver.name, args: homeserver.args, own: false, key };
}
