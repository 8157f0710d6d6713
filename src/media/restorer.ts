import { matrixError, MatrixError } from "../errors.ts";
import { ModuleUnavailable, toClientError } from "../callbacks/failure.ts";
import type { BlobReader, BlobStore } from "./blobs.ts";
import type { LocalMedia } from "./metadata.ts";
import { localFile, type StorageProviders } from "./storage-providers.ts";

const RETRY_AFTER_SECONDS = 5;
/** Files that are fetched at the same time; more wait their turn. */
const FETCHES_AT_ONCE = 16;

/** Brings files back that are gone from disk, from the storage providers. */
export class MediaRestorer {
  private readonly providers: StorageProviders;
  private readonly blobs: BlobStore;
  /** By media id: whoever asks meanwhile waits for the same fetch. */
  private readonly restoring = new Map<string, Promise<boolean>>();
  private free = FETCHES_AT_ONCE;
  private readonly waiting: (() => void)[] = [];

  constructor(providers: StorageProviders, blobs: BlobStore) {
    this.providers = providers;
    this.blobs = blobs;
  }

  /**
   * The file of media that was found missing, on disk again; undefined where no provider has it. Rejects with a
   * {@link MatrixError}: 503 where providers cannot be asked, 500 where the disk fails.
   */
  async open(media: LocalMedia): Promise<BlobReader | undefined> {
    if (this.providers.all.length === 0) return undefined;
    let restoring = this.restoring.get(media.mediaId);
    if (restoring === undefined) {
      restoring = this.restore(media).finally(() => this.restoring.delete(media.mediaId));
      this.restoring.set(media.mediaId, restoring);
    }
    return (await restoring) ? this.blobs.open(media.mediaId) : undefined;
  }

  private async restore(media: LocalMedia): Promise<boolean> {
    await this.takeTurn();
    try {
      return await this.fetch(media);
    } catch (error) {
      if (MatrixError.is(error)) throw error;
      throw error instanceof ModuleUnavailable
        ? toClientError(error, RETRY_AFTER_SECONDS)
        : matrixError("STORE_FAILED", { cause: error });
    } finally {
      this.endTurn();
    }
  }

  private async fetch({ mediaId, mediaLength, sha256 }: LocalMedia): Promise<boolean> {
    const spool = await this.blobs.spool(mediaId);
    try {
      const found = await this.providers.fetch({
        file: localFile(mediaId),
        spoolPath: spool.path,
        lengthBytes: mediaLength,
        sha256,
      });
      if (found) await spool.publish();
      return found;
    } finally {
      await spool.discard();
    }
  }

  private async takeTurn(): Promise<void> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private endTurn(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.free += 1;
    else next();
  }
}
