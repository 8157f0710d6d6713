import type { CallbackContext } from "../callbacks/context/context.ts";
import type { MediaFile } from "../callbacks/kinds.ts";
import type { FileInfo } from "../media-file.ts";
import type { MediaUploadLimit } from "../callbacks/limit.ts";
import type { Refusal } from "../callbacks/spam-verdict.ts";
import type { Logger } from "../util/log.ts";
import type { HomeserverClient } from "../homeserver/client/homeserver-client.ts";
import type { MetricsApi } from "./metrics-api.ts";
import type { Awaitable } from "./awaitable.ts";
import type { BackgroundApi } from "./background-api.ts";
import type { ModuleDatabase } from "./module-database.ts";
import type { NamesApi } from "./names-api.ts";
import type { SchemaOutput, StandardSchema } from "./standard-schema.ts";
import type { StorageProviderApi } from "./storage-provider-api.ts";
import type { WebApi } from "./web-api.ts";

/** An answer to "nothing to say, ask the next one": Python's `None`. */
export type Pass = undefined | null | void;

/**
 * A verdict of `checkMediaFileForSpam`: `allow` or `refuse({ … })`; or, as in Synapse, `NOT_SPAM` or `false`, `true`,
 * or an errcode (with fields).
 */
export type SpamVerdict = Refusal | boolean | string | readonly [errcode: string, fields: Record<string, unknown>];

/**
 * Callbacks of the media repository, as in Synapse's `register_media_repository_callbacks`, with a {@link
 * CallbackContext} as their last argument. Each may be sync or async.
 */
export interface MediaRepositoryCallbacks {
  /** The body of `GET /_matrix/client/v1/media/config`, nothing merged in; pass to ask the next module. */
  getMediaConfigForUser?(userId: string, context: CallbackContext): Awaitable<Record<string, unknown> | Pass>;
  /** Whether the user may upload a file of `sizeBytes`. `false` answers 413 `M_TOO_LARGE`. */
  isUserAllowedToUploadMediaOfSize?(userId: string, sizeBytes: number, context: CallbackContext): Awaitable<boolean>;
  /**
   * The limits in force for the user instead of the configured ones; `[]` lifts them all; pass to ask the next module.
   */
  getMediaUploadLimitsForUser?(
    userId: string,
    sizeBytes: number,
    context: CallbackContext,
  ): Awaitable<readonly MediaUploadLimit[] | Pass>;
  /** Told when a limit refuses an upload. A {@link MatrixError} thrown here words the refusal. */
  onMediaUploadLimitExceeded?(
    userId: string,
    limit: MediaUploadLimit,
    sentBytes: number,
    attemptedBytes: number,
    context: CallbackContext,
  ): Awaitable<void>;
  /** Told after an upload was stored. */
  onMediaUploaded?(userId: string, mediaId: string, sizeBytes: number, context: CallbackContext): Awaitable<void>;
  /** Told after media was deleted. */
  onMediaDeleted?(mediaId: string, context: CallbackContext): Awaitable<void>;
}

/** Spam checker callbacks that a media service fires. */
export interface SpamCheckerCallbacks {
  /** Checks a file before any client can download it. `context.upload` says who uploads it. */
  checkMediaFileForSpam?(file: MediaFile, info: FileInfo, context: CallbackContext): Awaitable<SpamVerdict>;
}

/** The API that `setup` of a TypeScript module gets. */
export interface ModuleApi extends NamesApi, WebApi, BackgroundApi, StorageProviderApi {
  /** Logs with the module's name. */
  readonly log: Logger;
  /** What the homeserver can be asked, and told to do; needs `media_bridge.homeserver` (docs/homeserver.md). */
  readonly homeserver: HomeserverClient;
  /** The database that modules share, for reads, writes and tables of their own (docs/database.md). */
  readonly database: ModuleDatabase;
  /** Counters, gauges and histograms on the service's `/metrics`. */
  readonly metrics: MetricsApi;
  /** Appends to the chains, at any time; callbacks that are registered first are asked first. */
  registerMediaRepositoryCallbacks(callbacks: MediaRepositoryCallbacks): void;
  /** Appends to the chains, at any time. */
  registerSpamCheckerCallbacks(callbacks: SpamCheckerCallbacks): void;
}

/** A TypeScript module: a name, a schema for its `config`, and what it does at start. */
export interface ModuleDefinition<Schema extends StandardSchema = StandardSchema> {
  readonly name: string;
  /**
   * A zod schema, or any other Standard Schema. Reads `config` before any module is set up; if absent, `config` is
   * passed on as it is.
   */
  readonly configSchema?: Schema;
  /** Registers callbacks. Throwing ends the start. */
  setup(api: ModuleApi, config: SchemaOutput<Schema>): Awaitable<void>;
}

/**
 * Defines a TypeScript module, typed end to end. The definition is the file's default export.
 *
 * @example
 * export default defineModule({
 *   name: "small-files",
 *   configSchema: z.strictObject({ max_bytes: z.int() }),
 *   setup(api, config) {
 *     api.registerMediaRepositoryCallbacks({
 *       isUserAllowedToUploadMediaOfSize: (_userId, sizeBytes) => sizeBytes <= config.max_bytes,
 *     });
 *   },
 * });
 */
export function defineModule<Schema extends StandardSchema = StandardSchema>(
  definition: ModuleDefinition<Schema>,
): ModuleDefinition<Schema> {
  return definition;
}
