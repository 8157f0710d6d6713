import { matrixError, MatrixError } from "../../errors.ts";
import { localFile, mediaPath } from "../../media-file.ts";
import { ModuleFailure, ModuleUnavailable } from "../../callbacks/failure.ts";
import { SingleFlight } from "../../util/concurrency/single-flight.ts";
import { Turns } from "../../util/concurrency/turns.ts";
import type { BlobReader, BlobStore } from "../blobs.ts";
import type { LocalMedia } from "../media-rows.ts";
import type { StorageProviders, WantedFile } from "./provider.ts";
import type { LocalMediaRows } from "../stores.ts";

/** How many files are fetched at the same time, and how long a further one waits for its turn. */
export interface RestorePace {
  readonly fetchesAtOnce: number;
  readonly patienceMs: number;
}

/** A provider that hangs holds its turns until its deadline. Others do not wait that long. */
const RESTORE_PACE: RestorePace = { fetchesAtOnce: 16, patienceMs: 60_000 };

/** Restores files that are gone from disk from the storage providers. */
export class MediaRestorer {
  readonly #providers: StorageProviders;
  readonly #blobs: BlobStore;
  readonly #rows: Pick<LocalMediaRows, "find">;
  /** By path. */
  readonly #restoring = new SingleFlight<boolean>();
  readonly #patienceMs: number;
  readonly #turns: Turns;

  /** @param rows media without a row is not restored, or no longer */
  constructor(
    providers: StorageProviders,
    blobs: BlobStore,
    rows: Pick<LocalMediaRows, "find">,
    pace: RestorePace = RESTORE_PACE,
  ) {
    this.#rows = rows;
    this.#providers = providers;
    this.#blobs = blobs;
    this.#turns = new Turns(pace.fetchesAtOnce);
    this.#patienceMs = pace.patienceMs;
  }

  /**
   * The restored file of media that was found missing; undefined where every provider says that it does not have it.
   * Rejects with a {@link MatrixError}: `PROVIDER_UNAVAILABLE` where no provider had the file and one failed or could
   * not be asked in time; 500 where the disk fails.
   */
  open({ mediaId, mediaLength, sha256 }: LocalMedia): Promise<BlobReader | undefined> {
    return this.openFile({ file: localFile(mediaId), lengthBytes: mediaLength, sha256 });
  }

  /** Like {@link open}, for a file of any kind. */
  async openFile(wanted: Omit<WantedFile, "spoolPath">): Promise<BlobReader | undefined> {
    if (this.#providers.all.length === 0) return undefined;
    if (!(await this.#restoring.share(mediaPath(wanted.file), () => this.#restore(wanted)))) return undefined;
    const reader = await this.#blobs.open(wanted.file);
    if (reader === undefined) throw unavailable(new Error("the file came back, and was removed again at once"));
    return reader;
  }

  async #restore(wanted: Omit<WantedFile, "spoolPath">): Promise<boolean> {
    const patienceMs = this.#patienceMs;
    if (!(await this.#turns.take({ timeoutMs: patienceMs }))) {
      throw unavailable(new ModuleUnavailable("busy", `no turn to ask the storage providers in ${patienceMs} ms`));
    }
    try {
      return await this.#fetch(wanted);
    } catch (error) {
      if (MatrixError.is(error)) throw error;
      throw error instanceof ModuleUnavailable || error instanceof ModuleFailure
        ? unavailable(error)
        : matrixError("STORE_FAILED", { cause: error });
    } finally {
      this.#turns.pass();
    }
  }

  async #fetch(wanted: Omit<WantedFile, "spoolPath">): Promise<boolean> {
    const spool = await this.#blobs.spool(wanted.file);
    try {
      const found = await this.#providers.fetch({ ...wanted, spoolPath: spool.path });
      if (!found) return false;
      await spool.publish();
      if ((await this.#rows.find(wanted.file.fileId)) !== undefined) return true;
      // It was deleted during the fetch, and what removes its file may have been here before.
      await this.#blobs.remove(wanted.file);
      return false;
    } finally {
      await spool.discard();
    }
  }
}

function unavailable(cause: Error): MatrixError {
  return matrixError("PROVIDER_UNAVAILABLE", { cause });
}
