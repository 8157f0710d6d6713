import { resolve } from "node:path";
import type { CallbackConfig, ListenConfig, MediaBridgeConfig, UpstreamConfig } from "../config.ts";
import { buildHomeserverDatabase } from "./homeserver-database.ts";
import type { CallbackName } from "../schema/callbacks.ts";
import { buildPython } from "./python.ts";
import type { MediaBridgeSettings } from "../schema/media-bridge.ts";

/** Its owner and its group may connect: a proxy must be in that group. */
const SOCKET_MODE = 0o660;

/**
 * The settings under `media_bridge` that do not depend on Synapse's keys, their paths resolved against `folder`, the
 * folder of the file that names them.
 */
export function buildMediaBridge(
  settings: MediaBridgeSettings,
  folder: string,
): Omit<MediaBridgeConfig, "moduleDatabase" | "jobs"> {
  const { homeserver, tokens_file, database, callbacks, rate_limits } = settings;
  const dataPath = resolve(folder, settings.data_path);
  return {
    enforce: settings.enforce,
    listen: buildListen(settings.listen, folder),
    homeserver: homeserver && {
      url: homeserver.url.replace(/\/+$/, ""),
      cacheForMs: homeserver.cache_for,
      graceMs: homeserver.grace,
      negativeCacheForMs: homeserver.negative_cache_for,
      timeoutMs: homeserver.timeout,
      adminTokenFile: resolveGiven(folder, homeserver.admin_token_file),
      appserviceTokenFile: resolveGiven(folder, homeserver.appservice_token_file),
      callTimeoutMs: homeserver.call_timeout,
      database: buildHomeserverDatabase(homeserver.database, folder),
    },
    tokensFile: tokens_file === undefined ? undefined : resolve(folder, tokens_file),
    dataPath,
    database: { path: database.path === undefined ? resolve(dataPath, "media.db") : resolve(folder, database.path) },
    durability: settings.durability,
    python: buildPython(settings.python, folder),
    callbacks: buildCallbacks(callbacks),
    storageProviders: {
      storeDeadlineMs: settings.storage_providers.store_deadline,
      fetchDeadlineMs: settings.storage_providers.fetch_deadline,
    },
    metrics: settings.metrics && {
      ...settings.metrics,
      hosts: settings.metrics.hosts.map((name) => name.toLowerCase()),
    },
    refusals: { keepForMs: settings.refusals.keep_for, maxRows: settings.refusals.max_rows },
    record: settings.record && {
      path: resolve(folder, settings.record.path),
      maxBytes: settings.record.max_bytes,
      sample: settings.record.sample,
    },
    rateLimits: { uploads: buildRate(rate_limits.uploads), downloads: buildRate(rate_limits.downloads) },
    log: settings.log,
    upload: { idleTimeoutMs: settings.upload.idle_timeout },
    download: { idleTimeoutMs: settings.download.idle_timeout },
    upstream: buildUpstream(settings.upstream),
    // Beside a homeserver, its own process runs them: two instances that purge or report would do so twice.
    runBackgroundTasks: settings.run_background_tasks ?? homeserver === undefined,
    workerName: settings.worker_name,
    shutdownGraceMs: settings.shutdown_grace,
  };
}

function resolveGiven(folder: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(folder, path);
}

function buildRate(rate: MediaBridgeSettings["rate_limits"]["uploads"]): MediaBridgeConfig["rateLimits"]["uploads"] {
  return rate && { perSecond: rate.per_second, burstCount: rate.burst_count };
}

function buildListen(listen: MediaBridgeSettings["listen"], folder: string): ListenConfig {
  const xForwarded = listen.x_forwarded;
  if (listen.path !== undefined)
    return { path: resolve(folder, listen.path), mode: listen.mode ?? SOCKET_MODE, xForwarded };
  return { host: listen.host ?? "127.0.0.1", port: listen.port ?? 8800, xForwarded };
}

function buildUpstream(upstream: MediaBridgeSettings["upstream"]): UpstreamConfig | undefined {
  return (
    upstream && {
      url: upstream.url.replace(/\/+$/, ""),
      mode: upstream.mode,
      connectTimeoutMs: upstream.connect_timeout,
      maxConnections: upstream.max_connections,
      timeoutMs: upstream.timeout,
    }
  );
}

function buildCallbacks(callbacks: MediaBridgeSettings["callbacks"]): Record<CallbackName, CallbackConfig> {
  const built = Object.entries(callbacks).map(([name, callback]) => [name, buildCallback(callback)]);
  return Object.fromEntries(built) as Record<CallbackName, CallbackConfig>;
}

function buildCallback(callback: { deadline: number; on_unavailable?: "refuse" | "skip" }): CallbackConfig {
  return { deadlineMs: callback.deadline, onUnavailable: callback.on_unavailable ?? "skip" };
}
