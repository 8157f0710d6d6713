import type { MediaFile } from "../callbacks/kinds.ts";
import type { FileInfo } from "../media-file.ts";
import type { Awaitable } from "./awaitable.ts";

/** What `storeFile` gets beside the arguments that Synapse gives. */
export interface StoreContext {
  /** The file in the media store, to be read. */
  readonly file: MediaFile;
  /** Is aborted when the provider is past `media_bridge.storage_providers.store_deadline`, or the service stops. */
  readonly signal: AbortSignal;
}

/** What `fetch` gets beside the arguments that Synapse gives. */
export interface FetchContext {
  /** How many bytes the file had when it was uploaded. */
  readonly lengthBytes: number;
  /** Is aborted when the provider is past `media_bridge.storage_providers.fetch_deadline`, or the service stops. */
  readonly signal: AbortSignal;
}

/** What `deleteFile` gets beside the arguments of the others. */
export interface DeleteContext {
  /** Is aborted when the provider is past `media_bridge.storage_providers.store_deadline`, or the service stops. */
  readonly signal: AbortSignal;
}

/**
 * Keeps copies of media elsewhere; the `StorageProvider` of Synapse. `path` names a file, relative to the media store:
 * a key in a bucket.
 */
export interface StorageProvider {
  /**
   * Stores the file. The service takes it for stored once this resolves. It may be called more than once for one file,
   * and then stores it again. Throwing means that it is not stored; a {@link MatrixError} words the answer to a
   * synchronous upload.
   */
  storeFile(path: string, info: FileInfo, context: StoreContext): Awaitable<void>;
  /**
   * The file's bytes: a stream of Node.js or of the web, or another async iterable of `Uint8Array`. Nothing, or a
   * {@link MatrixError} of status 404, says that the provider does not have it. Anything else that is thrown leaves
   * that open.
   */
  fetch(
    path: string,
    info: FileInfo,
    context: FetchContext,
  ): Awaitable<AsyncIterable<Uint8Array> | undefined | null | void>;
  /**
   * Deletes the copy of a file whose media was deleted; Synapse has nothing like it. It may be called more than once for
   * one file, and for one that was never stored: a file that is not there is as good as deleted. Throwing means that
   * the copy may still be there; it is tried again. A provider without this method keeps its copies.
   */
  deleteFile?(path: string, info: FileInfo, context: DeleteContext): Awaitable<void>;
}

/** The part of a module's API that is about storage providers. */
export interface StorageProviderApi {
  /**
   * Registers the provider that an entry of `media_storage_providers` is for: once, while `setup` runs. Throws in a
   * module that is an entry of `modules`.
   */
  registerStorageProvider(provider: StorageProvider): void;
}
