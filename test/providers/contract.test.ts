import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load-config.ts";
import { NO_METRICS } from "../../src/metrics/metrics.ts";
import { loadModules } from "../../src/modules/load.ts";
import { PythonProviders } from "../../src/modules/python/python-providers.ts";
import { describeStorageProviders, type ProviderUnderTest } from "../contract/storage-providers.ts";
import { startBucket } from "../support/bucket.ts";
import { captureLog } from "../support/captured-log.ts";
import { fileAppears, PROVIDERS } from "../support/providers.ts";
import { writeConfig } from "../support/service.ts";

describeStorageProviders("Synapse's own, over a folder", () =>
  openProvider((folder) => ({ module: "file_system", config: { directory: join(folder, "backup") } })),
);

describeStorageProviders("boto3 in threads, over a bucket", async () => {
  const bucket = await startBucket();
  const config = { bucket: bucket.name, endpoint_url: bucket.url };
  const tested = await openProvider(() => ({ module: "bucket_provider.Bucket", config }));
  return {
    ...tested,
    async close() {
      await tested.close();
      await bucket.stop();
    },
  };
});

describeStorageProviders("one that stores and forgets", async () => {
  const backup = mkdtempSync(join(tmpdir(), "media-bridge-backup-"));
  const tested = await openProvider(() => ({ module: "thread_provider.Forgetful", config: { directory: backup } }));
  return {
    ...tested,
    settled: (path) => fileAppears(join(backup, path)),
    async close() {
      await tested.close();
      rmSync(backup, { recursive: true, force: true });
    },
  };
});

/** The Python child with one provider, as the service loads it. */
async function openProvider(describe: (folder: string) => object): Promise<ProviderUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-provider-"));
  const mediaStore = join(folder, "media");
  const entry = { store_local: true, ...describe(folder) };
  const file = writeConfig(folder, mediaStore, {
    pythonPath: [PROVIDERS],
    config: { media_storage_providers: [entry] },
  });
  const { config } = loadConfig([file]);
  const log = captureLog();
  const modules = await loadModules({ config, log, dryRun: false, services: Promise.withResolvers<never>().promise });
  const { python, storageProviders: entries } = modules;
  if (python === undefined) throw new Error("no Python child was started for a storage provider alone");
  await python.markStarted();
  const deadlines = config.mediaBridge.storageProviders;
  return {
    mediaStore,
    providers: new PythonProviders({ hosts: python, entries, deadlines, log, metrics: NO_METRICS }),
    async close() {
      await modules.stop(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
