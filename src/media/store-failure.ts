import { ModuleUnavailable } from "../callbacks/failure.ts";
import { MatrixError } from "../errors.ts";
import { mediaPath, type StoredMedia } from "../media-file.ts";
import type { Logger } from "../util/log.ts";

/**
 * Logs, in one line, that a provider did not store a file, with what it raised; `facts` says what becomes of the file.
 * An answer that a provider words for the client is a refusal, and logged as a warning. A child that is down logs its
 * own end.
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
