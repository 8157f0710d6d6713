import type { Config } from "../../config/config.ts";
import { createRepositoryBackend } from "../../http/backends/repository.ts";
import type { AdministratorOptions } from "../../http/request/administrator.ts";
import { downloadRoute, legacyDownloadRoute } from "../../http/routes/download.ts";
import { legacyThumbnailRoute, thumbnailRoute } from "../../http/routes/thumbnail.ts";
import type { MediaRestorer } from "../../media/copies/restorer.ts";
import type { PendingUploadParts } from "../../media/upload/pending-upload.ts";
import { openThrottle } from "./open-throttle.ts";
import type { ProcessState } from "../process-state.ts";
import type { MediaFeature } from "./feature.ts";
import type { Thumbnails } from "./thumbnails.ts";

export interface RepositoryOptions {
  readonly config: Config;
  readonly state: ProcessState;
  readonly requester: AdministratorOptions;
  readonly upload: PendingUploadParts;
  /** Restores files that are gone from disk; undefined without storage providers. */
  readonly restorer: MediaRestorer | undefined;
  readonly thumbnails: Thumbnails["onDemand"];
}

/** The repository of this service: it keeps media and serves it. */
export function openRepository(options: RepositoryOptions): MediaFeature {
  const { config, state, requester, upload, restorer, thumbnails: onDemand } = options;
  const { serverName, maxUploadSizeBytes, enableAuthenticatedMedia, maxPendingUploads, unusedExpirationMs } = config;
  const { clock, stores, blobs, accessTimes, waits } = state;
  const create = {
    clock,
    stores,
    rateLimits: state.startRateLimits(config.createRateLimit),
    maxPendingUploads,
    unusedExpirationMs,
    enableAuthenticatedMedia,
  };
  const found = { clock, stores, waits, unusedExpirationMs, enableAuthenticatedMedia };
  const download = { ...found, serverName, blobs, accessTimes, restorer };
  const thumbnails = { ...onDemand, download };
  const throttle = openThrottle("downloads", config, state);
  return {
    backend: createRepositoryBackend({ serverName, maxUploadSizeBytes, upload, create }),
    ledger: upload.ledger,
    isUsagePartial: false,
    routes: [
      downloadRoute({ ...requester, download, throttle }),
      thumbnailRoute({ ...requester, thumbnails, throttle }),
      legacyDownloadRoute({ download, throttle, xForwarded: requester.xForwarded }),
      legacyThumbnailRoute({ thumbnails, throttle, xForwarded: requester.xForwarded }),
    ],
  };
}
