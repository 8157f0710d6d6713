import type { Config } from "../../config/config.ts";
import type { BlobStore } from "../../media/blobs.ts";
import { ProviderCopies } from "../../media/copies/provider-copies.ts";
import { MediaRestorer } from "../../media/copies/restorer.ts";
import type { StoresUnderWay } from "../../media/copies/stores-under-way.ts";
import type { MediaStores } from "../../media/stores.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { LoadedModules } from "../../modules/load.ts";
import { LoadedStorageProviders } from "../../modules/storage-providers.ts";
import type { Logger } from "../../util/log.ts";

/** What the storage providers work on. */
export interface StorageProviderParts {
  readonly stores: Pick<MediaStores, "media" | "copies">;
  readonly blobs: BlobStore;
  readonly underWay: StoresUnderWay;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/**
 * The storage providers of the configuration at work: they store files and restore them. Undefined where there are
 * none.
 */
export function openStorageProviders(
  config: Config,
  { python: hosts, storageProviders: entries, ending }: LoadedModules,
  { stores, blobs, underWay, metrics, log }: StorageProviderParts,
): { readonly copies: ProviderCopies; readonly restorer: MediaRestorer } | undefined {
  if (entries.length === 0) return undefined;
  const deadlines = config.mediaBridge.storageProviders;
  const { mediaStorePath } = config;
  const providers = new LoadedStorageProviders({ hosts, entries, deadlines, mediaStorePath, log, metrics, ending });
  const names = providers.all.map(({ name }) => name);
  names.forEach((name) => metrics.providerConfigured(name));
  // Includes providers for which no file waits: an alert on a rise needs the 0 before it.
  const none = names.map((name) => [name, 0] as const);
  metrics.watchPendingStores(async () => new Map([...none, ...(await stores.copies.counts())]));
  const restorer = new MediaRestorer(providers, blobs, stores.media);
  return { restorer, copies: new ProviderCopies({ providers, stores, blobs, restorer, underWay, log }) };
}
