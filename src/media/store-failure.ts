import { ModuleUnavailable } from "../callbacks/failure.ts";
import { MatrixError } from "../errors.ts";
import { mediaPath, type StoredMedia } from "../media-file.ts";
import type { Logger } from "../util/log.ts";

/**
 * The one line that tells that a provider did not store a file, with what it raised; `facts` says what becomes of the file. A
 * provider that words an answer for the client refuses, which is a warning; a child that is down tells its end by itself.
 */
export function logStoreFailure(
  log: Logger,
  provider: string,
  file: StoredMedia,
  error: unknown,
  facts: Record<string, unknown> = {},
): void {
  if (error instanceof ModuleUnavailable && error.reason === "unavailable") return;
  const traceback = error instanceof Error && "traceback" in error ? { traceback: error.traceback } : {};
  const all = { provider, path: mediaPath(file), err: error, ...traceback, ...facts };
  if (MatrixError.is(error)) log.warn(all, `the storage provider ${provider} refused to store a file`);
  else log.error(all, `the storage provider ${provider} could not store a file`);
}
