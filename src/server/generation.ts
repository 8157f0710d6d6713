import type { Express } from "express";
import { joinListeners } from "../callbacks/asked/join-listeners.ts";
import { CallbackChain } from "../callbacks/callback-chain.ts";
import type { Config } from "../config/config.ts";
import { isGuarding } from "../config/is-guarding.ts";
import { ActiveRequests } from "../http/draining/active-requests.ts";
import { createApp } from "../http/app.ts";
import type { Probes } from "../http/probes.ts";
import { withFallback } from "../http/routes/fallback.ts";
import { healthRoute } from "../http/routes/health.ts";
import { limitPageRoute, limitPageUrl } from "../http/routes/limit-page.ts";
import type { Route } from "../http/routes/route.ts";
import type { JobSchedule } from "../jobs/schedule.ts";
import { QuotaLedger } from "../media/upload/quota.ts";
import type { LoadedModules } from "../modules/load.ts";
import { reportSlots } from "../modules/report.ts";
import type { PlacesLoad } from "../proxy/connection-places.ts";
import { createUpstream } from "../proxy/to-synapse.ts";
import type { Logger } from "../util/log.ts";
import { RunningTasks } from "../util/concurrency/running-tasks.ts";
import { measureUpstream } from "./features/measured-upstream.ts";
import { openAdministration } from "./features/administration.ts";
import { decidingRoutes } from "./features/deciding-routes.ts";
import { openGuard } from "./features/guard.ts";
import type { MediaFeature } from "./features/feature.ts";
import { openStorageProviders } from "./features/provider-copies.ts";
import { openRepository } from "./features/repository.ts";
import { beginJobs, openJobs } from "./features/jobs.ts";
import { openThumbnails } from "./features/thumbnails.ts";
import { serveModules } from "./features/web-resources.ts";
import type { ModuleLoading } from "./modules/module-loading.ts";
import { listNotEnforced, NOT_ENFORCED } from "./modules/not-enforced.ts";
import type { ProcessState } from "./process-state.ts";
import { openProfileMedia } from "./features/open-profile-media.ts";
import { openThrottle } from "./features/open-throttle.ts";
import { openShadows, type Shadows } from "./shadow/open-shadows.ts";
import type { ShutdownStack } from "./stop/shutdown-stack.ts";

/**
 * One configuration at work: its modules, its chains and its routes. A reload replaces it with another, between two
 * requests.
 */
export interface Generation {
  readonly config: Config;
  readonly modules: LoadedModules;
  readonly probes: Probes;
  /** What counts against users' limits. */
  readonly usage: Pick<MediaFeature, "ledger" | "isUsagePartial">;
  readonly app: Express;
  readonly routes: readonly Route[];
  /** How long a client may take no data of an answer. */
  readonly answerIdleTimeoutMs: number;
  /** Clears what an earlier process had under way; for the first generation alone. */
  clearLeftovers(): Promise<void>;
  /** From now on this generation serves. */
  takeOver(): void;
  /** What is asked beside the modules. A reload closes them at once: requests do not wait for them. */
  readonly shadows: Pick<Shadows, "status" | "close">;
  /** Work that repeats; undefined where a Synapse keeps the media. */
  readonly jobs: JobSchedule | undefined;
  /** Modules and storage providers may begin the work that they do by themselves; shadows are loaded. */
  begin(): Promise<void>;
  /** Makes storage providers look for files to store. */
  wakeStores(): void;
  /** Resolves once no request of this generation is under way, nor an upload whose client has left. */
  drained(): Promise<void>;
  /** The number of these. */
  underWay(): number;
  /**
   * The requests that are on their way to the Synapse behind this service, and those that wait for their turn; undefined
   * without one.
   */
  upstreamLoad(): PlacesLoad | undefined;
  /** Refuses requests whose body has not fully arrived. */
  refuseBodies(): void;
  /** Ends everything of this generation. */
  readonly cleanup: ShutdownStack;
}

/**
 * Builds a generation from modules that are loaded. Rejects with a StartError; what was opened is in `loading.cleanup`.
 */
export async function assembleGeneration(
  loading: ModuleLoading,
  state: ProcessState,
  log: Logger,
): Promise<Generation> {
  const { config, resources, cleanup } = loading;
  const { clock, stores, blobs, accounts, doubts, waits, claims, metrics, stopping, probes, tallies } = state;
  const modules = await loading.modules;
  const { requester, directory, showMetrics } = await loading.services;
  const { serverName, maxUploadSizeBytes, enableAuthenticatedMedia, unusedExpirationMs } = config;
  const { idleTimeoutMs } = config.mediaBridge.upload;
  const reports = reportSlots(log, metrics);
  const shadows = await openShadows({ config, modules, log, metrics });
  cleanup.add((graceMs) => shadows.close(graceMs));
  const recording = config.mediaBridge.record && (await state.recordings.open(config.mediaBridge.record));
  cleanup.add(() => recording?.close());
  const chain = new CallbackChain({
    ...shadows.listeners,
    registry: modules.registry,
    isUserAdmin: modules.isUserAdmin,
    policies: config.mediaBridge.callbacks,
    clock,
    onLate: reports.onLate,
    onUnenforced: reports.onUnenforced,
    onAnswered: joinListeners(shadows.listeners.onAnswered, recording?.take),
    observe(record, request) {
      tallies.count(record);
      reports.observe(record, request);
    },
  });
  modules.registry.watch(({ kind, module }) => metrics.callbackRegistered(kind, module));
  const storage = openStorageProviders(config, modules, {
    stores,
    blobs,
    underWay: state.storesUnderWay,
    metrics,
    log,
  });
  cleanup.add((graceMs) => storage?.copies.stop(graceMs));
  const running = new RunningTasks();
  cleanup.add((graceMs) => running.settled(graceMs));
  const upstream = config.mediaBridge.upstream && measureUpstream(createUpstream(config.mediaBridge.upstream), metrics);
  cleanup.add(() => upstream?.close());

  const admission = {
    maxUploadSizeBytes,
    defaultLimits: config.mediaUploadLimits,
    areDefaultLimitsReportOnly: config.mediaBridge.enforce === "report",
    limitPage: limitPageUrl(config.publicBaseurl),
  };
  const ledger = new QuotaLedger(stores.usage, { accounts, now: clock.now });
  const store = { stores, blobs, ledger, providers: storage?.copies };
  const pending = { clock, serverName, unusedExpirationMs, enableAuthenticatedMedia, claims, waits };
  const thumbnails = openThumbnails({ config, state, log, chain, cleanup, storage });
  const upload = { ...admission, ...store, ...pending, chain, premade: thumbnails.premade };
  loading.onUploads(isGuarding(config) ? undefined : upload);
  const media =
    upstream && isGuarding(config)
      ? openGuard(upstream, { config, log, clock, cleanup, requester, admission, accounts, doubts, stores, running })
      : openRepository({
          config,
          state,
          requester,
          upload,
          restorer: storage?.restorer,
          thumbnails: thumbnails.onDemand,
        });
  const throttle = openThrottle("uploads", config, state);
  const receiving = { chain, metrics, running, idleTimeoutMs, throttle };
  const deciding = decidingRoutes({ ...requester, ...receiving, backend: media.backend });
  // The first route that matches answers. Downloads are the most frequent requests; paths that are passed on match the
  // deciding routes as well.
  const served = isGuarding(config) ? [...deciding, ...media.routes] : [...media.routes, ...deciding];
  const hasFallback = upstream !== undefined && !isGuarding(config);
  const behind = hasFallback ? { ...requester, idleTimeoutMs, upstream } : undefined;
  const profiles = openProfileMedia({ config, homeserver: directory.homeserver, log, cleanup });
  const jobs = isGuarding(config) ? undefined : openJobs({ ...state, config, profiles, log });
  cleanup.add((graceMs) => jobs?.stop(graceMs));
  // A Synapse that is guarded administers its media itself.
  const administration = isGuarding(config)
    ? []
    : openAdministration({
        config,
        stores,
        clock,
        requester,
        ...directory,
        behind,
        profiles,
        deletion: state.deletion,
        accessTimes: state.accessTimes,
      }).routes;
  const own = [...served, ...administration, limitPageRoute()];
  const mediaRoutes = behind ? withFallback(own, { ...behind, stores, serverName }) : own;
  const routes = [...mediaRoutes, healthRoute(() => modules.python?.problem)];
  const requests = new ActiveRequests();
  const app = createApp({
    routes,
    fallback: serveModules(resources, routes, { config, log, requester }),
    log,
    requests,
    metrics,
    refusals: state.refusals,
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
    usage: media,
    app,
    routes,
    answerIdleTimeoutMs: config.mediaBridge.download.idleTimeoutMs,
    async clearLeftovers() {
      await shadows.clear();
      await media.clear?.();
    },
    takeOver() {
      // In guard mode the service keeps no media, and what it kept before is in another folder.
      if (!isGuarding(config)) cleanup.add(state.deletion.use({ chain, copies: storage?.copies }));
      state.refusals.keepWithin(config.mediaBridge.refusals);
      showMetrics();
      const notEnforced = listNotEnforced(config, modules);
      if (notEnforced.length > 0) log.warn({ notEnforced }, NOT_ENFORCED);
    },
    async begin() {
      await modules.python?.markStarted();
      await storage?.copies.start();
      state.deletion.wake();
      if (jobs) await beginJobs(jobs, config, log);
      shadows.begin();
    },
    shadows,
    jobs,
    wakeStores() {
      storage?.copies.wake();
      state.deletion.wake();
    },
    async drained() {
      await requests.idle();
      await running.idle();
    },
    // An upload is a task for as long as it is a request.
    underWay: () => Math.max(requests.size, running.size),
    upstreamLoad: () => upstream?.load(),
    refuseBodies: () => requests.refuseBodies(),
    cleanup,
  };
}
