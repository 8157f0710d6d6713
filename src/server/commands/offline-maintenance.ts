import { loadHomeserverTokens } from "../../config/build/homeserver-tokens.ts";
import type { Config } from "../../config/config.ts";
import { isGuarding } from "../../config/is-guarding.ts";
import { maintenanceOf, type Maintenance } from "../../control/maintenance/maintenance.ts";
import { openHomeserver } from "../../homeserver/client/homeserver.ts";
import { AccessTimes } from "../../media/download/access-times.ts";
import { MediaDeletion } from "../../media/deletion/media-deletion.ts";
import { NO_METRICS } from "../../metrics/metrics.ts";
import { openBlobs } from "../../storage/open-blobs.ts";
import { openStores } from "../../storage/open-stores.ts";
import { SYSTEM_CLOCK } from "../../util/clock.ts";
import type { Logger } from "../../util/log.ts";
import { lockDataPath } from "../data-path-lock.ts";
import { openJobs } from "../features/jobs.ts";
import { openProfileMedia } from "../features/open-profile-media.ts";
import { ShutdownStack } from "../stop/shutdown-stack.ts";
import { storePaths } from "../store-paths.ts";

/** Jobs without a running service. */
export interface OfflineMaintenance extends Maintenance {
  close(): Promise<void>;
}

/**
 * Opens the store of a configuration for its jobs, in place of a service: no service can start meanwhile. Modules are not
 * loaded: what storage providers and modules are to be told of deletions stays in the journal for the next start. Rejects
 * with a StartError, `LISTEN` where a service runs.
 */
export async function openOfflineMaintenance(config: Config, log: Logger): Promise<OfflineMaintenance> {
  const cleanup = new ShutdownStack();
  const close = () => cleanup.run(log);
  if (isGuarding(config)) return { ...maintenanceOf(undefined), close };
  try {
    const clock = SYSTEM_CLOCK;
    const { database, durability, dataPath, homeserver } = config.mediaBridge;
    lockDataPath(dataPath, cleanup);
    const stores = await openStores({ database, log, durability });
    cleanup.add(() => stores.close());
    const blobs = await openBlobs({ ...storePaths(config), log, durability });
    cleanup.add(() => blobs.close());
    const accessTimes = new AccessTimes(stores.media, log);
    const deletion = new MediaDeletion({ stores, blobs, waits: { wake: () => undefined }, clock, log });
    cleanup.add(() => deletion.close());
    const { admin } = loadHomeserverTokens(homeserver);
    const asked = openHomeserver({
      url: homeserver?.url,
      adminToken: admin,
      appserviceToken: undefined,
      timeoutMs: homeserver?.callTimeoutMs ?? 0,
    });
    cleanup.add(() => asked.close());
    const profiles = openProfileMedia({ config, homeserver: asked.requests, log, cleanup });
    const metrics = NO_METRICS;
    const jobs = openJobs({ config, stores, blobs, deletion, accessTimes, profiles, metrics, clock, log });
    return { ...maintenanceOf(jobs), close };
  } catch (error) {
    await close();
    throw error;
  }
}
