import type { ModuleFailure } from "../callbacks/failure.ts";
import type { MediaBridgeConfig } from "../config/config.ts";
import { MatrixError } from "../errors.ts";
import type { StoredMedia } from "../media-file.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Logger } from "../util/log.ts";

/** A file that is to be restored, and its destination. */
export interface WantedFile {
  readonly file: StoredMedia;
  readonly spoolPath: string;
  readonly lengthBytes: number;
  readonly sha256: string | null;
}

/** Why a provider may have a file although it did not return it; undefined where it says that it does not have it. */
export type Doubt = ModuleFailure | undefined;

/** What providers of both languages need. */
export interface ProviderParts {
  readonly deadlines: MediaBridgeConfig["storageProviders"];
  /** The media store, absolute. */
  readonly mediaStorePath: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Is aborted when the modules end, with a {@link ModuleUnavailable}. */
  readonly ending: AbortSignal;
}

/** Logs, in one line, that a provider did not return a file. */
export function logFetch(
  { module, name }: { readonly module: string; readonly name: string },
  path: string,
  failure: Error,
  log: Logger,
): void {
  const traceback = "traceback" in failure ? { traceback: failure.traceback } : {};
  const facts = { module, provider: name, path, err: failure, ...traceback };
  if (MatrixError.is(failure)) log.warn(facts, `the storage provider ${name} refused to fetch a file`);
  else log.error(facts, `the storage provider ${name} could not fetch a file`);
}
