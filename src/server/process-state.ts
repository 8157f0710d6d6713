import type { Config } from "../config/config.ts";
import { InProcessRateLimits } from "../coordination/in-process-rate-limits.ts";
import { InProcessUnrecordedDoubts } from "../coordination/in-process-unrecorded-doubts.ts";
import { InProcessUploadLocks } from "../coordination/in-process-upload-locks.ts";
import { InProcessUploadWaiters } from "../coordination/in-process-upload-waiters.ts";
import { InProcessUsageAccounts } from "../coordination/in-process-usage-accounts.ts";
import type { UnrecordedDoubts } from "../guard/unrecorded-doubts.ts";
import { Probes } from "../http/probes.ts";
import { StoresUnderWay } from "../media/copies/stores-under-way.ts";
import { MediaDeletion } from "../media/deletion/media-deletion.ts";
import { AccessTimes } from "../media/download/access-times.ts";
import { ShutdownGate } from "../http/draining/shutdown-gate.ts";
import type { BlobStore } from "../media/blobs.ts";
import { KeptRefusals } from "../media/refusals/kept-refusals.ts";
import { ThumbnailJobs } from "../media/thumbnails/thumbnail-jobs.ts";
import type { Thumbnailer } from "../media/thumbnails/thumbnailer.ts";
import type { UploadWaiters } from "../media/download/upload-waiters.ts";
import type { RateLimits } from "../media/upload/rate-limits.ts";
import type { UploadLocks } from "../media/upload/upload-locks.ts";
import type { UsageAccounts } from "../media/upload/usage-accounts.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { Recordings } from "../shadow/recording/recordings.ts";
import { SlotTallies } from "../status/slot-tallies.ts";
import { openBlobs } from "../storage/open-blobs.ts";
import { openStores } from "../storage/open-stores.ts";
import type { Stores } from "../storage/stores.ts";
import { ThumbnailPool } from "../thumbnailing/thumbnail-pool.ts";
import { within } from "../util/concurrency/with-timeout.ts";
import type { Clock } from "../util/clock.ts";
import type { Logger } from "../util/log.ts";
import type { RateLimit } from "../util/concurrency/rate-limiter.ts";
import { VERSION } from "../version.ts";
import type { ShutdownStack } from "./stop/shutdown-stack.ts";
import { storePaths } from "./store-paths.ts";

/** What outlives a reload: the store, and all that uploads of two generations must agree on. */
export interface ProcessState {
  readonly clock: Clock;
  readonly stores: Stores;
  readonly blobs: BlobStore;
  readonly accounts: UsageAccounts;
  readonly doubts: UnrecordedDoubts;
  readonly accessTimes: AccessTimes;
  readonly waits: UploadWaiters;
  readonly claims: UploadLocks;
  /** What makes thumbnails at the time. */
  readonly thumbnailJobs: ThumbnailJobs;
  readonly thumbnailer: Thumbnailer;
  /** What storage providers are being given. */
  readonly storesUnderWay: StoresUnderWay;
  /** Deletes media. */
  readonly deletion: MediaDeletion;
  /** A rate that users are held to from now on. Each generation starts its own: a reload may change the rate. */
  startRateLimits(limit: RateLimit): RateLimits;
  readonly metrics: Metrics;
  /** What callbacks did since the start. */
  readonly tallies: SlotTallies;
  /** What `media-bridge refusals` reports. */
  readonly refusals: KeptRefusals;
  /** Where what modules are asked is recorded. */
  readonly recordings: Recordings;
  readonly stopping: ShutdownGate;
  /** Words of `check --live`. */
  readonly probes: Probes;
  /**
   * Clears what an earlier process had under way. Only once the address is ours, and before the first request is
   * served.
   */
  recover(): Promise<void>;
}

export interface StateOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly cleanup: ShutdownStack;
}

/** How long what a stop cuts short may take to clean up after itself, at least. */
const LAST_JOBS_MS = 1_000;

/** Opens the store. Throws a StartError `STORE`. */
export async function openProcessState({ config, log, clock, metrics, cleanup }: StateOptions): Promise<ProcessState> {
  const { database, durability } = config.mediaBridge;
  const stores = await openStores({ database, log, durability });
  cleanup.add(() => stores.close());
  const blobs = await openBlobs({ ...storePaths(config), log, durability });
  cleanup.add(() => blobs.close());
  const unsettled = await blobs.unsettled();
  const accessTimes = new AccessTimes(stores.media, log);
  cleanup.add(() => accessTimes.flush());
  const thumbnailJobs = new ThumbnailJobs();
  const thumbnailer = new ThumbnailPool(log);
  cleanup.add(async (graceMs) => {
    await thumbnailer.close();
    // Each withdraws what it had begun, before the store closes.
    await within(thumbnailJobs.settled(), Math.max(graceMs, LAST_JOBS_MS));
  });
  metrics.watchThumbnails(() => thumbnailJobs.size);
  const refusals = new KeptRefusals(stores.refusals, log);
  cleanup.add(() => refusals.close());
  metrics.watchDeletions(() => stores.deletions.count());
  const claims = new InProcessUploadLocks();
  const waits = new InProcessUploadWaiters();
  const deletion = new MediaDeletion({ stores, blobs, waits, clock, log });
  // Steps that use modules of before a reload may be under way: they do not hold up a stop.
  cleanup.add((graceMs) => deletion.close(Math.max(graceMs, LAST_JOBS_MS)));
  return {
    clock,
    stores,
    blobs,
    accounts: new InProcessUsageAccounts(),
    doubts: new InProcessUnrecordedDoubts(),
    accessTimes,
    waits,
    claims,
    thumbnailJobs,
    thumbnailer,
    storesUnderWay: new StoresUnderWay(),
    deletion,
    startRateLimits: (limit) => new InProcessRateLimits(limit),
    metrics,
    tallies: new SlotTallies(),
    refusals,
    recordings: new Recordings({
      serverName: config.serverName,
      service: VERSION,
      log,
      count: (outcome, questions) => metrics.questionsRecorded(outcome, questions),
    }),
    stopping: new ShutdownGate(),
    probes: new Probes(),
    async recover() {
      const recovered = await blobs.recover(
        unsettled,
        async (mediaId) => (await stores.media.find(mediaId)) !== undefined,
      );
      claims.open();
      const { all: quarantined } = await stores.quarantine.resume();
      if (quarantined > 0) log.info({ quarantined }, "a quarantine that a stop had cut short was completed");
      if (recovered.kept + recovered.removed > 0)
        log.info(recovered, "the remains of uploads that a stop had cut short were removed");
    },
  };
}
