import { join } from "node:path";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { CallbackChain } from "./callbacks/chain.ts";
import type { Config } from "./config/config.ts";
import { loadHomeserverTokens } from "./config/homeserver-tokens.ts";
import { loadTokensFile } from "./config/tokens-file.ts";
import { StartError } from "./errors.ts";
import { createApp } from "./http/app.ts";
import { createHttpServer, listen } from "./http/listener.ts";
import type { RequesterOptions } from "./http/requester.ts";
import { createRoute } from "./http/routes/create.ts";
import { downloadRoute, legacyDownloadRoute } from "./http/routes/download.ts";
import { mediaConfigRoute } from "./http/routes/media-config.ts";
import { pendingUploadRoute } from "./http/routes/pending-upload.ts";
import { healthRoute, limitPageRoute } from "./http/routes/service-pages.ts";
import type { Route } from "./http/routes/route.ts";
import { uploadRoute } from "./http/routes/upload.ts";
import type { Authenticator } from "./homeserver/authenticator.ts";
import { openHomeserver, type Homeserver } from "./homeserver/client/homeserver.ts";
import { createTokensFileAuthenticator } from "./homeserver/tokens-file.ts";
import { createWhoamiAuthenticator } from "./homeserver/whoami.ts";
import { AccessTimes } from "./media/access-times.ts";
import { QuotaLedger } from "./media/quota.ts";
import { UploadClaims } from "./media/upload-claims.ts";
import { UploadWaits } from "./media/upload-waits.ts";
import { NO_METRICS, type Metrics } from "./metrics/metrics.ts";
import { homeserverRequests } from "./modules/homeserver-requests.ts";
import { loadModules, type LoadedModules } from "./modules/load.ts";
import type { Blocked } from "./modules/python-messages.ts";
import { createWhoIs } from "./modules/who-is.ts";
import { reportSlots } from "./modules/report.ts";
import { isGuarding, placeBeforeUpstream } from "./server/upstream.ts";
import { openFilesystemBlobs } from "./storage/filesystem/filesystem-blobs.ts";
import { openSqliteMetadata } from "./storage/sqlite/sqlite-metadata.ts";
import { Cleanup } from "./server/cleanup.ts";
import { createWebParts } from "./server/web.ts";
import { openControl, type Running } from "./server/control.ts";
import { openStorageProviders } from "./server/storage-providers.ts";
import type { Logger } from "./util/log.ts";
import { RateLimiter } from "./util/rate-limiter.ts";
import { RunningTasks } from "./util/running-tasks.ts";

/** A service that answers. */
export interface RunningService {
  /** Where it listens: a port that the system chose is filled in. */
  readonly address: AddressInfo | string | null;
  /** Stops accepting, lets requests under way end within the grace, then ends everything it started. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts the service: configuration → parts → application → listening. Rejects with a {@link StartError}, and leaves nothing
 * running then.
 */
export async function startService(config: Config, log: Logger): Promise<RunningService> {
  const cleanup = new Cleanup();
  let graceMs = 0;
  let current: Running | undefined;
  try {
    await openControl(config, log, () => current, cleanup);
    const requester = createRequesterOptions(config, log, cleanup);
    const web = createWebParts(config, log, requester);
    // The child takes longest to come up, so it is started before the rest.
    let metrics = NO_METRICS;
    const onBlocked = ({ callback, module }: Blocked) => metrics.callbackBlocked(callback, module);
    const homeserver = openModulesHomeserver(config, log, cleanup);
    const requests = { ...homeserverRequests(homeserver.requests, log), who_is: createWhoIs(requester.authenticator) };
    const loading = loadModules({ config, log, heldBack: false, requests, web: web.services, onBlocked });
    loading.catch(() => undefined);
    cleanup.add(async () => (await loading.catch(() => undefined))?.stop(graceMs));
    const metadata = openSqliteMetadata({ path: config.mediaBridge.database.path, log });
    cleanup.add(() => metadata.close());
    const blobs = openFilesystemBlobs({
      // Where a Synapse keeps the media, its store is not ours to touch.
      mediaStorePath: isGuarding(config) ? join(config.mediaBridge.dataPath, "media") : config.mediaStorePath,
      uploadsFolder: join(config.mediaBridge.dataPath, "uploads"),
      log,
    });
    const unsettled = await blobs.unsettled();
    metrics = await startMetrics(config, log, cleanup);
    const modules = await loading;
    if (modules.python) watchPython(modules.python, metrics);
    const chain = new CallbackChain({
      registry: modules.registry,
      python: modules.python,
      policies: config.mediaBridge.callbacks,
      ...reportSlots(log, metrics),
    });
    const { serverName, maxUploadSizeBytes, enableAuthenticatedMedia } = config;
    const { idleTimeoutMs } = config.mediaBridge.upload;
    const accessTimes = new AccessTimes(metadata, log);
    cleanup.add(() => accessTimes.flush());
    const storage = openStorageProviders(config, modules, { metadata, blobs, metrics, log });
    cleanup.add(() => storage?.stores.stop(graceMs));
    const running = new RunningTasks();
    cleanup.add(() => running.settled(graceMs));
    const upload = {
      chain,
      metadata,
      blobs,
      ledger: new QuotaLedger(metadata),
      maxUploadSizeBytes,
      defaultLimits: config.mediaUploadLimits,
      enableAuthenticatedMedia,
      providers: storage?.stores,
      limitPage: `${config.publicBaseurl}_synapse/client/media_upload_limit_exceeded`,
    };
    const waits = new UploadWaits();
    const claims = new UploadClaims();
    const { unusedExpirationMs, maxPendingUploads, createRateLimit } = config;
    const create = {
      metadata,
      rateLimiter: new RateLimiter(createRateLimit),
      maxPendingUploads,
      unusedExpirationMs,
      enableAuthenticatedMedia,
    };
    const pendingUpload = { ...upload, serverName, unusedExpirationMs, claims, waits };
    const exchange = { ...requester, chain, metrics, running, idleTimeoutMs };
    const restorer = storage?.restorer;
    const download = { serverName, metadata, blobs, waits, unusedExpirationMs, accessTimes, restorer };
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
      metadata,
      metrics,
      running,
    });
    const routes = [...front.routes, healthRoute(() => describeProblem(modules))];
    const app = createApp({
      routes,
      fallback: web.behind(routes),
      log,
      idleTimeoutMs,
      maxDiscardBytes: Math.max(2 * maxUploadSizeBytes, 16 * 2 ** 20),
    });
    const server = createHttpServer(
      app,
      routes.map(({ path }) => path),
    );
    await listen(server, config.mediaBridge.listen);
    cleanup.add(() => closeServer(server, graceMs));
    cleanup.add(() => waits.close());
    // Only now that the address is ours: what another service on it has under way must not be taken for leftovers.
    const recovered = await blobs.recover(
      unsettled,
      async (mediaId) => (await metadata.localMedia(mediaId)) !== undefined,
    );
    claims.open();
    if (recovered.kept + recovered.removed > 0) log.info(recovered, "uploads that a stop had cut short were cleared");
    await front.clear();
    await modules.python?.markStarted();
    await storage?.stores.start();
    current = { config, modules };
    return {
      address: server.address(),
      stop: async (grace) => {
        graceMs = grace;
        await cleanup.run(log);
      },
    };
  } catch (error) {
    await cleanup.run(log);
    throw error;
  }
}

function openModulesHomeserver(config: Config, log: Logger, cleanup: Cleanup): Homeserver {
  const { homeserver } = config.mediaBridge;
  const { admin, appservice, warnings } = loadHomeserverTokens(homeserver);
  for (const warning of warnings) log.warn({}, warning);
  const opened = openHomeserver({
    url: homeserver?.url,
    adminToken: admin,
    appserviceToken: appservice,
    timeoutMs: homeserver?.callTimeoutMs ?? 0,
  });
  cleanup.add(() => opened.close());
  return opened;
}

async function startMetrics(config: Config, log: Logger, cleanup: Cleanup): Promise<Metrics> {
  const address = config.mediaBridge.metrics;
  if (address === undefined) return NO_METRICS;
  const { createPrometheusMetrics, listenForMetrics } = await import("./metrics/prometheus.ts");
  const { metrics, exposition } = createPrometheusMetrics(log);
  try {
    const server = await listenForMetrics(exposition, address);
    cleanup.add(() => closeServer(server, 0));
  } catch (error) {
    const reason = (error as Error).message;
    throw new StartError(
      "LISTEN",
      `media_bridge.metrics: cannot listen on ${address.host}:${address.port}: ${reason}`,
      { cause: error },
    );
  }
  return metrics;
}

function createRequesterOptions(config: Config, log: Logger, cleanup: Cleanup): RequesterOptions {
  const {
    homeserver,
    tokensFile,
    listen: { xForwarded },
  } = config.mediaBridge;
  let authenticator: Authenticator;
  if (homeserver !== undefined) {
    const whoami = createWhoamiAuthenticator({ ...homeserver, log });
    cleanup.add(() => whoami.close());
    authenticator = whoami;
  } else {
    const { tokens, warnings } = loadTokensFile(tokensFile ?? "");
    for (const warning of warnings) log.warn({}, warning);
    authenticator = createTokensFileAuthenticator(tokens);
  }
  return { authenticator, xForwarded };
}

function watchPython(python: NonNullable<LoadedModules["python"]>, metrics: Metrics): void {
  metrics.watchBridge(() => ({ up: python.up, inFlight: python.inFlight, restarts: python.restarts }));
  metrics.watchModules(() => python.metrics());
}

function describeProblem({ python }: LoadedModules): string | undefined {
  return python === undefined || python.up ? undefined : `the Python child is ${python.state}`;
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}
