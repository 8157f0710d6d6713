import { toClientError } from "../../callbacks/failure.ts";
import { MatrixError } from "../../errors.ts";
import type { StoredMedia } from "../../media-file.ts";
import type { Logger } from "../../util/log.ts";
import { within } from "../../util/concurrency/with-timeout.ts";
import type { BlobStore, LocalContent } from "../blobs.ts";
import type { MediaStores } from "../stores.ts";
import type { MediaRestorer } from "./restorer.ts";
import type { GivenUp, StorageProvider, StorageProviders } from "./provider.ts";
import { logStoreFailure } from "../store-failure.ts";
import type { StoresUnderWay } from "./stores-under-way.ts";
import { type FilePresence, COPY_PACING, CopyQueue, type StorePace } from "./copy-queue.ts";

export interface ProviderStoresOptions {
  readonly providers: StorageProviders;
  readonly stores: Pick<MediaStores, "media" | "copies">;
  readonly blobs: BlobStore;
  readonly restorer: MediaRestorer;
  readonly underWay: StoresUnderWay;
  readonly log: Logger;
  readonly pace?: StorePace;
}

/**
 * Brings new files to the storage providers: to some before the upload is answered, to the others in the background.
 */
export class ProviderCopies {
  readonly #options: ProviderStoresOptions;
  readonly #lanes: readonly CopyQueue[];

  constructor(options: ProviderStoresOptions) {
    this.#options = options;
    const { providers, stores, underWay, log, pace = COPY_PACING } = options;
    this.#lanes = providers.all.map(
      (provider) =>
        new CopyQueue({
          provider,
          copies: stores.copies,
          underWay,
          log,
          pace,
          findFile: (file) => this.#findFile(file),
        }),
    );
  }

  /**
   * Begins with what earlier processes left. Files for a provider that is no longer configured are kept, and a log line
   * names the provider.
   */
  async start(): Promise<void> {
    const { providers, stores, log } = this.#options;
    const known = new Set(providers.all.map(({ name }) => name));
    for (const [provider, files] of await stores.copies.counts()) {
      if (known.has(provider)) continue;
      log.warn({ provider, files }, "files wait for a storage provider that is no longer configured");
    }
    this.wake();
  }

  /**
   * Stores a file in every provider that is to have it before the upload is answered, one after the other, as Synapse
   * does. Rejects with the {@link MatrixError} of the first that fails, and the upload is refused.
   * @param content each provider reads a local file of it
   * @param checkWanted rejects with the `MatrixError` that refuses the upload where its id has been deleted: a provider
   * that has deleted its copy by then is not asked to do so again, and must not be given another one
   */
  async storeNow(file: StoredMedia, content: LocalContent, checkWanted: () => Promise<void>): Promise<void> {
    for (const provider of this.#takers(file)) {
      if (!provider.storeSynchronous) continue;
      await content.localPath();
      // From before the look at its id to the end of the copy: a deletion in between waits for it.
      await this.#options.underWay.track(provider.name, file, async (givenUp) => {
        await checkWanted();
        await this.#storeIn(provider, file, { checkWanted, givenUp });
      });
    }
  }

  /** The names of the providers that get a file in the background; for the commit of its row. */
  namesForLater(file: StoredMedia): readonly string[] {
    return this.#takers(file)
      .filter(({ storeSynchronous }) => !storeSynchronous)
      .map(({ name }) => name);
  }

  /**
   * The names of all providers that get a file, or may have it. One that no upload waits for, such as a thumbnail, they all
   * get in the background.
   */
  namesOfAll(file: StoredMedia): readonly string[] {
    return this.#takers(file).map(({ name }) => name);
  }

  /**
   * Has a provider delete its copy of a file whose media has no row any more, once it is not being given the file.
   * Resolves to whether it could be asked: it may be configured no longer, or have no way to delete. `again` where it may
   * still make a copy. Rejects as {@link StorageProvider.delete}.
   */
  async delete(name: string, file: StoredMedia): Promise<"deleted" | "again" | "unable" | "unconfigured"> {
    const { providers, underWay } = this.#options;
    const provider = providers.all.find((candidate) => candidate.name === name);
    if (provider === undefined) return "unconfigured";
    if (provider.delete === undefined) return "unable";
    await underWay.settled(name, file);
    const mayComeLate = underWay.mayComeLate(name, file);
    if (!(await provider.delete(file))) return "unable";
    return mayComeLate ? "again" : "deleted";
  }

  /** Tells that new files wait. */
  wake(): void {
    for (const lane of this.#lanes) lane.wake();
  }

  /**
   * Begins nothing more, and waits at most `graceMs` for the copies under way. The next start continues with the rest.
   */
  async stop(graceMs: number): Promise<void> {
    await within(Promise.all(this.#lanes.map((lane) => lane.stop())), graceMs);
  }

  async #storeIn(
    provider: StorageProvider,
    file: StoredMedia,
    { checkWanted, givenUp }: { readonly checkWanted: () => Promise<void>; readonly givenUp: GivenUp },
  ): Promise<void> {
    try {
      await provider.store(file, givenUp);
    } catch (error) {
      // A deletion removes the file from under the provider, which is not at fault then.
      await checkWanted();
      logStoreFailure(this.#options.log, provider.name, file, error);
      throw toClientError(asError(error));
    }
  }

  #takers({ serverName }: StoredMedia): readonly StorageProvider[] {
    return this.#options.providers.all.filter(({ storeLocal, storeRemote }) =>
      serverName === null ? storeLocal : storeRemote,
    );
  }

  async #findFile(file: StoredMedia): Promise<FilePresence> {
    const { stores, blobs, restorer } = this.#options;
    const media = await stores.media.find(file.fileId);
    if (media === undefined) return "deleted";
    // A thumbnail that is gone from disk is made again when a client asks for it, and waits for the providers anew.
    const isThumbnail = file.thumbnail !== null;
    const reader = (await blobs.open(file)) ?? (isThumbnail ? undefined : await restorer.open(media).catch(throwCause));
    if (reader === undefined) return isThumbnail ? "deleted" : "missing";
    await reader.close();
    return "there";
  }
}

/** A queue distinguishes a child that is down from a provider that fails; a client's error does not. */
function throwCause(error: unknown): never {
  throw MatrixError.is(error) && error.code === "PROVIDER_UNAVAILABLE" ? error.cause : error;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
