import type { LogSettings } from "../util/log/open-log.ts";
import type { CallbackName } from "./schema/callbacks.ts";
import type { ModuleConfig, StorageProviderConfig } from "./module-config.ts";
export type * from "./module-config.ts";
import type { RecordConfig } from "./schema/record.ts";

/** What a limit of `media_upload_limits` says. */
export interface ConfiguredUploadLimit {
  readonly maxBytes: number;
  readonly timePeriodMs: number;
  readonly infoUri?: string;
  readonly canUpgrade: boolean;
}

/** Where to listen. A port of 0 lets the system choose one; `path` is a Unix socket, absolute, which gets `mode`. */
export type ListenConfig =
  | { readonly host: string; readonly port: number; readonly xForwarded: boolean }
  | { readonly path: string; readonly mode: number; readonly xForwarded: boolean };

/** A homeserver's database, in Synapse's words. `args` go to the driver and its pool; they hold a password. */
export interface HomeserverDatabaseConfig {
  readonly name: "sqlite3" | "psycopg2";
  readonly args: Readonly<Record<string, string | number | boolean | null>>;
  readonly session: {
    readonly statement_timeout?: number | null;
    readonly idle_in_transaction_session_timeout?: number | null;
    readonly synchronous_commit?: boolean;
  };
}

export interface HomeserverConfig {
  /** Without a slash at its end. */
  readonly url: string;
  readonly cacheForMs: number;
  /** Past `cacheForMs`, while it cannot be asked. */
  readonly graceMs: number;
  readonly negativeCacheForMs: number;
  readonly timeoutMs: number;
  /** Files with the tokens by which modules reach the homeserver, absolute. */
  readonly adminTokenFile: string | undefined;
  readonly appserviceTokenFile: string | undefined;
  /** For one request of a module. */
  readonly callTimeoutMs: number;
  /** `media_bridge.homeserver.database`, where it is a database and not `own`. */
  readonly database: HomeserverDatabaseConfig | undefined;
}

/** The database on which the transactions of modules run. */
export interface ModuleDatabaseConfig {
  /** The homeserver's; undefined: the service's own, where uploads are counted. */
  readonly homeserver: HomeserverDatabaseConfig | undefined;
  /** The key that decides it, and its file; undefined where none does. */
  readonly decidedBy: { readonly key: string; readonly file: string } | undefined;
}

/** A Synapse that keeps media. */
export interface UpstreamConfig {
  /** Without a slash at its end. */
  readonly url: string;
  readonly mode: "guard" | "fallback";
  readonly connectTimeoutMs: number;
  /** The most connections to it at a time. */
  readonly maxConnections: number;
  /** How long it may do nothing. */
  readonly timeoutMs: number;
}

export interface CallbackConfig {
  readonly deadlineMs: number;
  /** Always `skip` for a notification. */
  readonly onUnavailable: "refuse" | "skip";
}

/** How Python is run. Paths are absolute, except an executable that is a bare command. */
export interface PythonConfig {
  readonly executable?: string;
  readonly path: readonly string[];
  readonly requirements?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Resident memory of the child beyond which it is restarted; undefined: without a limit. */
  readonly maxMemoryBytes: number | undefined;
  readonly blockedAfterMs: number;
  /** Whether all share one child. */
  readonly isolation: "shared" | "module";
  /** By class: those that always have a child of their own, and their settings. */
  readonly overrides: Readonly<Record<string, PythonOverride>>;
  /** How many calls Python has at a time, how many may wait, and for how long: for each child. */
  readonly admission: { readonly maxInFlight: number; readonly maxQueued: number; readonly maxWaitMs: number };
  /** How long a request to a web resource waits for a connection to a child. */
  readonly webMaxWaitMs: number;
}

/** The settings of the child of one class; what is absent is as for all. */
export interface PythonOverride {
  readonly executable?: string;
  /** In addition to what is for all. */
  readonly environment: Readonly<Record<string, string>>;
  readonly maxMemoryBytes?: number;
}

/** The listener of metrics and of the status page. */
export interface MetricsConfig {
  readonly host: string;
  readonly port: number;
  /** By which other names people ask for the status page, lower-case. */
  readonly hosts: readonly string[];
}

/** Work that repeats. */
export interface JobsConfig {
  /** The `worker_name` of the process that runs it by itself. */
  readonly instance: string;
  /** Undefined where local media is not deleted by its age. */
  readonly localMediaLifetimeMs: number | undefined;
  /** Whether what profiles show is kept then. */
  readonly keepsProfiles: boolean;
  /** Undefined where thumbnails stay as long as their media. */
  readonly oldThumbnailsAfterMs: number | undefined;
}

/** How often users may upload and download; undefined: without a limit. */
export interface RateLimitsConfig {
  readonly uploads: RateLimitConfig | undefined;
  readonly downloads: RateLimitConfig | undefined;
}

/** So many a second in the long run, and so many at once. */
export interface RateLimitConfig {
  readonly perSecond: number;
  readonly burstCount: number;
}

/** What thumbnails are made. */
export interface ThumbnailsConfig {
  readonly sizes: readonly { readonly width: number; readonly height: number; readonly method: "crop" | "scale" }[];
  /** Whether they have exactly the size that a client asks for. */
  readonly dynamic: boolean;
  /** Pictures of this many pixels or more have none. */
  readonly maxPixels: number;
}

/** The settings under `media_bridge`. Paths are absolute. Exactly one of `homeserver` and `tokensFile` is there. */
export interface MediaBridgeConfig {
  /** Whether what `media_upload_limits` would refuse is refused, or only reported; modules have theirs. */
  readonly enforce: "enforce" | "report";
  readonly listen: ListenConfig;
  readonly homeserver: HomeserverConfig | undefined;
  readonly tokensFile: string | undefined;
  readonly dataPath: string;
  readonly database: { readonly path: string };
  readonly moduleDatabase: ModuleDatabaseConfig;
  readonly durability: "full" | "relaxed";
  readonly python: PythonConfig;
  readonly callbacks: Readonly<Record<CallbackName, CallbackConfig>>;
  readonly storageProviders: { readonly storeDeadlineMs: number; readonly fetchDeadlineMs: number };
  readonly metrics: MetricsConfig | undefined;
  /** How long refused uploads are remembered, and how many. */
  readonly refusals: { readonly keepForMs: number; readonly maxRows: number };
  /** Undefined where nothing is recorded. */
  readonly record: RecordConfig | undefined;
  readonly jobs: JobsConfig;
  readonly rateLimits: RateLimitsConfig;
  readonly log: LogSettings;
  readonly upload: { readonly idleTimeoutMs: number };
  readonly download: { readonly idleTimeoutMs: number };
  readonly upstream: UpstreamConfig | undefined;
  readonly runBackgroundTasks: boolean;
  readonly workerName: string;
  /** How long work under way may take once the service was told to stop. */
  readonly shutdownGraceMs: number;
}

/** The configuration of the service, parsed, with every default applied, deeply frozen. */
export interface Config {
  readonly serverName: string;
  /** With a slash at its end. */
  readonly publicBaseurl: string;
  /** Absolute. */
  readonly mediaStorePath: string;
  readonly maxUploadSizeBytes: number;
  /** The longest period first, equal ones in the given order. */
  readonly mediaUploadLimits: readonly ConfiguredUploadLimit[];
  readonly enableAuthenticatedMedia: boolean;
  /** How long a media id that was created may wait for its upload. */
  readonly unusedExpirationMs: number;
  /** How many such ids a user may have. */
  readonly maxPendingUploads: number;
  /** How often a user may create them. */
  readonly createRateLimit: { readonly perSecond: number; readonly burstCount: number };
  readonly thumbnails: ThumbnailsConfig;
  /** In the order of the configuration, both languages. */
  readonly modules: readonly ModuleConfig[];
  /** Whether they are those of `media_bridge.modules`, and not Synapse's `modules` and `spam_checker`. */
  readonly hasOwnModules: boolean;
  /** In the order of the configuration; their indexes follow those of the modules. */
  readonly storageProviders: readonly StorageProviderConfig[];
  readonly mediaBridge: MediaBridgeConfig;
}

/** A configuration, and what its author should know about it. */
export interface LoadedConfig {
  readonly config: Config;
  /** One sentence each, with file and line, without secrets. Those about keys that decide in Synapse come first. */
  readonly warnings: readonly string[];
  /** Keys of Synapse's that decide there and not here, and that `media_bridge.acknowledge` does not name. */
  readonly undecided: readonly string[];
  /** The files that were read, in order. */
  readonly files: readonly string[];
}
