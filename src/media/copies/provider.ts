import type { StoredMedia } from "../../media-file.ts";

/** What a file from a provider must match. */
export interface WantedFile {
  readonly file: StoredMedia;
  /** Absolute: where the file is to be written. */
  readonly spoolPath: string;
  readonly lengthBytes: number;
  /** Lower-case hex; null where it is not known. */
  readonly sha256: string | null;
}

/**
 * Told of a copy that is not waited for any longer, and may still be made. `ended` is settled once it cannot be made any
 * more.
 */
export type GivenUp = (ended: Promise<unknown>) => void;

/** Keeps copies of files elsewhere. */
export interface StorageProvider {
  /** Unique among all providers, and the same at each start. */
  readonly name: string;
  readonly storeLocal: boolean;
  readonly storeRemote: boolean;
  /** Whether an upload is answered only once this provider has the file. */
  readonly storeSynchronous: boolean;
  /**
   * Stores the file at its path. Storing one twice does no harm. Rejects with a `ModuleUnavailable` where the provider
   * could not be asked or was too slow, with a `MatrixError` that it raised for the client, or with its failure, which
   * the caller logs in one line.
   *
   * @param givenUp called before a rejection after which the copy may still be made
   */
  store(file: StoredMedia, givenUp: GivenUp): Promise<void>;
  /**
   * Deletes the copy of a file; does nothing where there is none. Absent, or resolves to false, where the provider has
   * no way to delete. Rejects as {@link store} does.
   */
  delete?(file: StoredMedia): Promise<boolean>;
}

/** All providers, in the order of the configuration. */
export interface StorageProviders {
  readonly all: readonly StorageProvider[];
  /**
   * Asks one provider after the other to write a file to `spoolPath`. True once the complete, correct file is there;
   * false where every provider said that it does not have it. Mistakes of a provider are in the log. Rejects with a
   * `ModuleFailure` where no provider gave the file and one failed, with a `ModuleUnavailable` where one could not be
   * asked, and with another error where the disk cannot be written.
   */
  fetch(wanted: WantedFile): Promise<boolean>;
}
