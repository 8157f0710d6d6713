import type { Config } from "../config/config.ts";
import { Probes } from "../http/probes.ts";
import { AccessTimes } from "../media/access-times.ts";
import { Stopping } from "../http/stopping.ts";
import type { BlobStore } from "../media/blobs.ts";
import { QuotaAccounts } from "../media/quota.ts";
import { UploadClaims } from "../media/upload-claims.ts";
import { UploadWaits } from "../media/upload-waits.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { openFilesystemBlobs } from "../storage/filesystem/filesystem-blobs.ts";
import { openSqliteMetadata, type SqliteMetadata } from "../storage/sqlite/sqlite-metadata.ts";
import type { Logger } from "../util/log.ts";
import type { Cleanup } from "./cleanup.ts";
import { storePaths } from "./store-paths.ts";

/** What outlives a reload: the store, and all that uploads of two generations must agree on. */
export interface Lasting {
  readonly metadata: SqliteMetadata;
  readonly blobs: BlobStore;
  readonly accounts: QuotaAccounts;
  readonly accessTimes: AccessTimes;
  readonly waits: UploadWaits;
  readonly claims: UploadClaims;
  readonly metrics: Metrics;
  readonly stopping: Stopping;
  /** Words of `check --live`. */
  readonly probes: Probes;
  /** Clears what an earlier process had under way. Only once the address is ours, and before the first request is served. */
  recover(): Promise<void>;
}

/** Opens the store. Throws a StartError `STORE`. */
export async function openLasting(config: Config, log: Logger, metrics: Metrics, cleanup: Cleanup): Promise<Lasting> {
  const { durability } = config.mediaBridge;
  const metadata = openSqliteMetadata({ path: config.mediaBridge.database.path, log, durability });
  cleanup.add(() => metadata.close());
  const blobs = openFilesystemBlobs({
    ...storePaths(config),
    log,
    durability,
  });
  cleanup.add(() => blobs.close());
  const unsettled = await blobs.unsettled();
  const accessTimes = new AccessTimes(metadata, log);
  cleanup.add(() => accessTimes.flush());
  const waits = new UploadWaits();
  const claims = new UploadClaims();
  return {
    metadata,
    blobs,
    accounts: new QuotaAccounts(),
    accessTimes,
    waits,
    claims,
    metrics,
    stopping: new Stopping(),
    probes: new Probes(),
    async recover() {
      const recovered = await blobs.recover(
        unsettled,
        async (mediaId) => (await metadata.localMedia(mediaId)) !== undefined,
      );
      claims.open();
      if (recovered.kept + recovered.removed > 0) log.info(recovered, "uploads that a stop had cut short were cleared");
    },
  };
}
