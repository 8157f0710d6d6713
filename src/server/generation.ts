import type { Express } from "express";
import { CallbackChain } from "../callbacks/chain.ts";
import type { Config } from "../config/config.ts";
import { createApp } from "../http/app.ts";
import type { Probes } from "../http/probes.ts";
import { ActiveRequests } from "../http/active-requests.ts";
import { createRoute } from "../http/routes/create.ts";
import { downloadRoute, legacyDownloadRoute } from "../http/routes/download.ts";
import { mediaConfigRoute } from "../http/routes/media-config.ts";
import { pendingUploadRoute } from "../http/routes/pending-upload.ts";
import { healthRoute, limitPageRoute } from "../http/routes/service-pages.ts";
import type { Route } from "../http/routes/route.ts";
import { uploadRoute } from "../http/routes/upload.ts";
import { QuotaLedger } from "../media/upload/quota.ts";
import type { LoadedModules } from "../modules/load.ts";
import { reportSlots } from "../modules/report.ts";
import type { Logger } from "../util/log.ts";
import { RateLimiter } from "../util/rate-limiter.ts";
import { RunningTasks } from "../util/running-tasks.ts";
import type { ShutdownStack } from "./shutdown-stack.ts";
import type { ProcessState } from "./process-state.ts";
import type { ModuleLoading } from "./module-loading.ts";
import { openStorageProviders } from "./features/provider-copies.ts";
import { isGuarding, placeBeforeUpstream } from "./features/guard.ts";
import { serveModules } from "./features/web-resources.ts";

/** One configuration at work: its modules, its chains and its routes. A reload puts another in its place, between two requests. */
export interface Generation {
  readonly config: Config;
  readonly modules: LoadedModules;
  readonly probes: Probes;
  readonly app: Express;
  readonly routes: readonly Route[];
  /** How long a client may take nothing of an answer. */
  readonly answerIdleTimeoutMs: number;
  /** Clears what an earlier process had under way; for the first generation alone. */
  clearLeftovers(): Promise<void>;
  /** From here on it is the one that serves. */
  takeOver(): void;
  /** Modules and storage providers may begin with what they do by themselves. */
  begin(): Promise<void>;
  /** Has storage providers look for what there is to store. */
  wakeStores(): void;
  /** Resolves once no request of this generation is under way, nor an upload whose client has left. */
  drained(): Promise<void>;
  /** How many of them are. */
  underWay(): number;
  /** Refuses requests whose body has not all arrived. */
  refuseBodies(): void;
  /** Ends everything of it. */
  readonly cleanup: ShutdownStack;
}

/** Puts a generation together from modules that are loaded. Rejects with a StartError; what was opened is in `loading.cleanup`. */
export async function assembleGeneration(
  loading: ModuleLoading,
  state: ProcessState,
  log: Logger,
): Promise<Generation> {
  const { config, resources, cleanup } = loading;
  const { metadata, blobs, accounts, accessTimes, waits, claims, metrics, stopping, probes } = state;
  const modules = await loading.modules;
  const { requester, showMetrics } = await loading.services;
  const chain = new CallbackChain({
    registry: modules.registry,
    policies: config.mediaBridge.callbacks,
    ...reportSlots(log, metrics),
  });
  modules.registry.watch(({ kind, module }) => metrics.callbackRegistered(kind, module));
  const { serverName, maxUploadSizeBytes, enableAuthenticatedMedia } = config;
  const { unusedExpirationMs, maxPendingUploads, createRateLimit } = config;
  const { idleTimeoutMs } = config.mediaBridge.upload;
  const storage = openStorageProviders(config, modules, { metadata, blobs, metrics, log });
  cleanup.add((graceMs) => storage?.stores.stop(graceMs));
  const running = new RunningTasks();
  cleanup.add((graceMs) => running.settled(graceMs));
  const upload = {
    chain,
    metadata,
    blobs,
    ledger: new QuotaLedger(metadata, { accounts }),
    maxUploadSizeBytes,
    defaultLimits: config.mediaUploadLimits,
    enableAuthenticatedMedia,
    providers: storage?.stores,
    limitPage: `${config.publicBaseurl}_synapse/client/media_upload_limit_exceeded`,
  };
  const create = {
    metadata,
    rateLimiter: new RateLimiter(createRateLimit),
    maxPendingUploads,
    unusedExpirationMs,
    enableAuthenticatedMedia,
  };
  const pendingUpload = { ...upload, serverName, unusedExpirationMs, claims, waits };
  loading.onUploads(isGuarding(config) ? undefined : pendingUpload);
  const exchange = { ...requester, chain, metrics, running, idleTimeoutMs };
  const restorer = storage?.restorer;
  const found = { metadata, waits, unusedExpirationMs, enableAuthenticatedMedia };
  const download = { ...found, serverName, blobs, accessTimes, restorer };
  const repository: Route[] = [
    downloadRoute({ ...requester, download }),
    mediaConfigRoute({ ...requester, chain, maxUploadSizeBytes }),
    uploadRoute({ ...exchange, serverName, upload }),
    createRoute({ ...requester, serverName, create }),
    pendingUploadRoute({ ...exchange, upload: pendingUpload }),
    legacyDownloadRoute({ download }),
    limitPageRoute(),
  ];
  const front = placeBeforeUpstream(repository, {
    config,
    log,
    cleanup,
    chain,
    requester,
    upload,
    accounts,
    metadata,
    metrics,
    running,
  });
  const routes = [...front.routes, healthRoute(() => modules.python?.problem)];
  const requests = new ActiveRequests();
  const app = createApp({
    routes,
    fallback: serveModules(resources, routes, { config, log, requester }),
    log,
    requests,
    stopping,
    probes,
    xForwarded: config.mediaBridge.listen.xForwarded,
    idleTimeoutMs,
    maxDiscardBytes: Math.max(2 * maxUploadSizeBytes, 16 * 2 ** 20),
  });
  return {
    config,
    modules,
    probes,
    app,
    routes,
    answerIdleTimeoutMs: config.mediaBridge.download.idleTimeoutMs,
    clearLeftovers: () => front.clear(),
    takeOver: showMetrics,
    async begin() {
      await modules.python?.markStarted();
      await storage?.stores.start();
    },
    wakeStores: () => storage?.stores.wake(),
    async drained() {
      await requests.idle();
      await running.idle();
    },
    // An upload is a task for as long as it is a request.
    underWay: () => Math.max(requests.size, running.size),
    refuseBodies: () => requests.refuseBodies(),
    cleanup,
  };
}
