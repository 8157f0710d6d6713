import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../../src/config/load-config.ts";
import { openHomeserver } from "../../src/homeserver/client/homeserver.ts";
import { declareUncounted } from "../../src/metrics/declared-metrics.ts";
import { NO_METRICS } from "../../src/metrics/metrics.ts";
import { loadModules } from "../../src/modules/load.ts";
import { LoadedStorageProviders } from "../../src/modules/storage-providers.ts";
import { moduleDatabaseOptions } from "../../src/server/modules/module-database.ts";
import { openTrialDatabase } from "../../src/storage/module-database/open-module-database.ts";
import { describeStorageProviders, type ProviderUnderTest } from "../contract/storage-providers.ts";
import { startBucket } from "../support/servers/bucket.ts";
import { startCopyServer } from "../support/copy-server.ts";
import { captureLog } from "../support/captured-log.ts";
import { fileAppears, PROVIDERS } from "../support/providers.ts";
import { writeConfig } from "../support/service.ts";

describeStorageProviders("Synapse's own, over a folder", () =>
  openProvider((folder) => ({ module: "file_system", config: { directory: join(folder, "backup") } })),
);

describeStorageProviders("boto3 in threads, over a bucket", async () => {
  const bucket = await startBucket();
  const config = { bucket: bucket.name, endpoint_url: bucket.url };
  const tested = await openProvider(() => ({ module: "bucket_provider.Bucket", config }), false);
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
  const tested = await openProvider(
    () => ({ module: "thread_provider.Forgetful", config: { directory: backup } }),
    false,
  );
  return {
    ...tested,
    settled: (path) => fileAppears(join(backup, path)),
    async close() {
      await tested.close();
      rmSync(backup, { recursive: true, force: true });
    },
  };
});

describeStorageProviders("TypeScript, over a folder, with streams of Node.js", () => {
  const typescript = join(PROVIDERS, "folder-provider.ts");
  return openProvider((folder) => ({ typescript, config: { folder: join(folder, "backup") } }));
});

describeStorageProviders("TypeScript, over HTTP, with streams of the web", async () => {
  const server = await startCopyServer();
  const typescript = fileURLToPath(
    new URL("../../examples/typescript-storage-provider/http-copies.ts", import.meta.url),
  );
  const tested = await openProvider(() => ({ typescript, config: { url: server.url } }));
  return {
    ...tested,
    async close() {
      await tested.close();
      await server.stop();
    },
  };
});

/** One provider, in the Python child or in TypeScript, as the service loads it. */
async function openProvider(describe: (folder: string) => object, deletes = true): Promise<ProviderUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), "media-bridge-provider-"));
  const mediaStore = join(folder, "media");
  const entry = { store_local: true, ...describe(folder) };
  const file = writeConfig(folder, mediaStore, {
    pythonPath: [PROVIDERS],
    config: { media_storage_providers: [entry] },
  });
  const { config } = loadConfig([file]);
  const log = captureLog();
  const homeserver = openHomeserver({
    url: undefined,
    adminToken: undefined,
    appserviceToken: undefined,
    timeoutMs: 0,
  });
  const database = await openTrialDatabase({ ...moduleDatabaseOptions(config), log });
  const services = Promise.resolve({ homeserver: homeserver.client, database, metrics: declareUncounted().api });
  const modules = await loadModules({ config, log, dryRun: false, services });
  const { python: hosts, storageProviders: entries, ending } = modules;
  await hosts?.markStarted();
  const deadlines = config.mediaBridge.storageProviders;
  const parts = { hosts, entries, deadlines, mediaStorePath: mediaStore, log, metrics: NO_METRICS, ending };
  return {
    mediaStore,
    deletes,
    providers: new LoadedStorageProviders(parts),
    async close() {
      await modules.stop(0);
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
