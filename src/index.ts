/**
 * What TypeScript modules and programs that embed the service import from `synapse-media-bridge`.
 */
export { MatrixError, type MatrixErrorOptions } from "./errors.ts";
export type { Portable, Said, SaidError } from "./callbacks/asked/asked.ts";
export type { CallbackContext, CallbackRequester, UploadContext } from "./callbacks/context/context.ts";
export type { MediaFile } from "./callbacks/kinds.ts";
export { allow, NOT_SPAM, refuse, type Refusal, type RefusalWords } from "./callbacks/spam-verdict.ts";
export type { FileInfo, ThumbnailInfo } from "./media-file.ts";
export type { MediaUploadLimit } from "./callbacks/limit.ts";
export {
  defineModule,
  type MediaRepositoryCallbacks,
  type ModuleApi,
  type ModuleDefinition,
  type Pass,
  type SpamCheckerCallbacks,
  type SpamVerdict,
} from "./module-api/definition.ts";
export type { IgnoreDifference } from "./module-api/ignore-difference.ts";
export type { StandardIssue, StandardResult, StandardSchema } from "./module-api/standard-schema.ts";
export type {
  FetchContext,
  StorageProvider,
  StorageProviderApi,
  StoreContext,
} from "./module-api/storage-provider-api.ts";
export type { NamesApi } from "./module-api/names-api.ts";
export type { BackgroundApi, BackgroundTask, LoopOptions } from "./module-api/background-api.ts";
export {
  ModuleDatabaseError,
  type ModuleDatabase,
  type ModuleTransaction,
  type SqlValue,
  type TransactionOptions,
} from "./module-api/module-database.ts";
export type { Counter, Gauge, Histogram, MetricOptions, MetricsApi } from "./module-api/metrics-api.ts";
export { HomeserverError } from "./homeserver/homeserver-error.ts";
export { HomeserverNotConfigured, HomeserverRefusal } from "./homeserver/client/refusal.ts";
export type * from "./homeserver/client/homeserver-client.ts";
export type { WebApi, WebRequester } from "./module-api/web-api.ts";
export type { WebHandler, WebNext, WebRequest } from "./web/web-handler.ts";
export type { Logger } from "./util/log.ts";
