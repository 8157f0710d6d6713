import { randomUUID } from "node:crypto";
import type { Config } from "../../config/config.ts";
import { listJobs } from "../../jobs/list-jobs.ts";
import { JobSchedule } from "../../jobs/schedule.ts";
import type { BlobStore } from "../../media/blobs.ts";
import type { MediaDeletion } from "../../media/deletion/media-deletion.ts";
import type { ProfileMedia } from "../../media/deletion/profile-media.ts";
import type { AccessTimes } from "../../media/download/access-times.ts";
import type { MediaStores } from "../../media/stores.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Clock } from "../../util/clock.ts";
import type { Logger } from "../../util/log.ts";

export interface JobsOptions {
  readonly config: Config;
  readonly stores: Pick<MediaStores, "deletions" | "leftovers" | "jobs">;
  readonly blobs: BlobStore;
  readonly deletion: MediaDeletion;
  readonly accessTimes: Pick<AccessTimes, "mustFlush">;
  readonly profiles: ProfileMedia;
  readonly metrics: Pick<Metrics, "jobConfigured" | "jobStarted" | "jobPiece" | "jobEnded">;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The work that repeats, as one configuration has it. Nothing runs before {@link beginJobs}. */
export function openJobs(options: JobsOptions): JobSchedule {
  const { config, stores, blobs, deletion, accessTimes, profiles, metrics, clock, log } = options;
  const { localMediaLifetimeMs: lifetimeMs, keepsProfiles, oldThumbnailsAfterMs } = config.mediaBridge.jobs;
  const jobs = listJobs({
    stores,
    retention: { deletion, profiles, lifetimeMs, keepsProfiles },
    thumbnails: { afterMs: oldThumbnailsAfterMs, blobs, log },
    accessTimes,
    unusedExpirationMs: config.unusedExpirationMs,
  });
  const owner = `${config.mediaBridge.workerName} ${randomUUID()}`;
  return new JobSchedule(jobs, { rows: stores.jobs, owner, clock, log, counters: metrics });
}

/** Has jobs run by themselves, unless Synapse's key names another process for that. */
export async function beginJobs(jobs: JobSchedule, { mediaBridge }: Config, log: Logger): Promise<void> {
  const { instance } = mediaBridge.jobs;
  if (instance === mediaBridge.workerName) return jobs.begin();
  log.info(
    { instance },
    "media_instance_running_background_jobs names another process: jobs do not run here by themselves",
  );
}
