import { StartError } from "../../errors.ts";
import type { Config, JobsConfig } from "../config.ts";
import type { ConfigSources } from "../config-files.ts";
import type { Settings } from "../schema/schema.ts";
import { findNode } from "../yaml/yaml-node.ts";

/** What repeats, and where. */
export function buildJobs(settings: Settings): JobsConfig {
  const { media_bridge: own, media_retention, media_instance_running_background_jobs: instance } = settings;
  const isLeftToOthers = own.acknowledge.includes("media_retention");
  return {
    instance: instance ?? own.worker_name,
    localMediaLifetimeMs: isLeftToOthers ? undefined : (media_retention?.local_media_lifetime ?? undefined),
    keepsProfiles: own.jobs.keep_profiles,
    oldThumbnailsAfterMs: own.jobs.old_thumbnails_after,
  };
}

/**
 * Throws a {@link StartError} `CONFIG` where media is to be deleted by its age, what profiles show is to stay, and
 * nothing tells what that is.
 */
export function checkRetention({ mediaBridge }: Config, sources: ConfigSources): void {
  const { jobs, homeserver, upstream } = mediaBridge;
  const source = sources.keys.get("media_retention");
  if (jobs.localMediaLifetimeMs === undefined || !jobs.keepsProfiles || source === undefined) return;
  if (upstream?.mode === "guard" || jobs.instance !== mediaBridge.workerName) return;
  if (homeserver?.database !== undefined || homeserver?.adminTokenFile !== undefined) return;
  const { nearest } = findNode(source.node, ["local_media_lifetime"]);
  throw new StartError(
    "CONFIG",
    `${source.file}:${nearest.line}: media_retention.local_media_lifetime: expected media_bridge.homeserver.database or ` +
      "media_bridge.homeserver.admin_token_file, which tell what profiles show, so that avatars stay; or " +
      "media_bridge.jobs.keep_profiles: false, where avatars may be deleted as well; or " +
      "media_bridge.acknowledge: [media_retention], where another program deletes media",
  );
}
