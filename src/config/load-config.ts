import { dirname, resolve } from "node:path";
import { StartError } from "../errors.ts";
import type { Config, ConfiguredUploadLimit, LoadedConfig } from "./config.ts";
import { type ConfigSources, readConfigSources } from "./config-files.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { describeIssues } from "./issues.ts";
import { warnAboutKeys } from "./keys/key-warnings.ts";
import { buildJobs, checkRetention } from "./build/jobs.ts";
import { buildMediaBridge } from "./build/media-bridge.ts";
import { buildModuleDatabase, warnAboutModuleDatabase } from "./build/module-database.ts";
import { buildModules } from "./build/modules.ts";
import { checkOverrides, warnAboutRequirements } from "./build/python.ts";
import { ConfigSchema, listNames, type Settings } from "./schema/schema.ts";
import { DEFAULT_SIZES } from "./schema/media/thumbnails.ts";
import { buildStorageProviders } from "./build/storage-providers.ts";
import { toPlainValue } from "./yaml/yaml-value.ts";

/**
 * Reads the configuration from files and folders of `*.yaml`, later ones replacing top-level keys of earlier ones.
 * Synapse's paths become absolute from the working directory, ours from the file that names them.
 *
 * @throws {StartError} `CONFIG`: one message with every mistake that was found, a line each.
 *
 * @example const { config, warnings } = loadConfig(["homeserver.yaml", "media-bridge.yaml"]);
 */
export function loadConfig(paths: readonly string[]): LoadedConfig {
  const sources = readConfigSources(paths);
  const settings = parseSettings(sources);
  const { modules, warnings } = buildModules(settings, sources);
  const bridgeFile = sources.keys.get("media_bridge")?.file ?? "";
  const mediaBridge = buildMediaBridge(settings.media_bridge, resolve(dirname(bridgeFile)));
  const moduleDatabase = buildModuleDatabase(settings, sources, mediaBridge.homeserver?.database);
  const config: Config = {
    serverName: settings.server_name,
    publicBaseurl: (settings.public_baseurl ?? `https://${settings.server_name}`).replace(/\/?$/, "/"),
    mediaStorePath: resolve(settings.media_store_path),
    maxUploadSizeBytes: settings.max_upload_size,
    mediaUploadLimits: settings.media_upload_limits
      .map(buildLimit)
      .toSorted((left, right) => right.timePeriodMs - left.timePeriodMs),
    enableAuthenticatedMedia: settings.enable_authenticated_media,
    unusedExpirationMs: settings.unused_expiration_time,
    maxPendingUploads: settings.max_pending_media_uploads,
    createRateLimit: {
      perSecond: settings.rc_media_create.per_second,
      burstCount: settings.rc_media_create.burst_count,
    },
    thumbnails: {
      sizes: (settings.thumbnail_sizes ?? DEFAULT_SIZES).map(({ width, height, method }) => ({
        width,
        height,
        method,
      })),
      dynamic: settings.dynamic_thumbnails,
      maxPixels: settings.max_image_pixels,
    },
    modules,
    hasOwnModules: settings.media_bridge.modules !== undefined,
    storageProviders: buildStorageProviders(settings, sources, modules.length),
    mediaBridge: { ...mediaBridge, moduleDatabase, jobs: buildJobs(settings) },
  };
  checkOverrides(config, sources);
  checkRetention(config, sources);
  const keys = warnAboutKeys(sources, {
    acknowledged: settings.media_bridge.acknowledge,
    isGuarding: settings.media_bridge.upstream?.mode === "guard",
  });
  const ofDatabase = modules.some(({ language }) => language === "python")
    ? warnAboutModuleDatabase(settings, sources, moduleDatabase)
    : [];
  return {
    config: deepFreeze(config),
    warnings: [
      ...sources.notices,
      ...keys.warnings,
      ...ofDatabase,
      ...warnings,
      ...warnAboutRequirements(config.mediaBridge.python),
      ...warnAboutRecording(config.mediaBridge),
    ],
    undecided: keys.undecided,
    files: sources.files,
  };
}

function parseSettings(sources: ConfigSources): Settings {
  const used = listNames([]).flatMap((key) => {
    const source = sources.keys.get(key);
    if (source === undefined) return [];
    const value = toPlainValue(source.node);
    return [[key, key === "media_bridge" ? dropNulls(value) : value]];
  });
  const { data, error } = ConfigSchema.safeParse(Object.fromEntries(used));
  if (error === undefined) return data;
  const [first, ...others] = describeIssues(error.issues, sources);
  if (first !== undefined && others.length === 0) throw new StartError("CONFIG", first);
  throw new StartError(
    "CONFIG",
    [`${others.length + 1} mistakes in the configuration:`, first, ...others].join("\n  "),
  );
}

/** A key of ours without a value, for example with its lines commented out, counts as absent. */
function dropNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropNulls);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(entries.map(([key, member]) => [key, dropNulls(member)]));
}

function warnAboutRecording({ record }: Config["mediaBridge"]): string[] {
  if (record === undefined) return [];
  const { path, maxBytes, sample } = record;
  const share = sample === 1 ? "" : ` (${Number((sample * 100).toFixed(6))} % of them)`;
  return [
    `media_bridge.record: the questions to modules${share} are recorded with user ids as they are, up to ${maxBytes} bytes, in ${path}; remove the key once there are enough`,
  ];
}

function buildLimit(limit: Settings["media_upload_limits"][number]): ConfiguredUploadLimit {
  return {
    maxBytes: limit.max_size,
    timePeriodMs: limit.time_period,
    ...(typeof limit.info_uri === "string" && { infoUri: limit.info_uri }),
    canUpgrade: limit.can_upgrade,
  };
}
