import type { StoredMedia } from "../../media-file.ts";

/** What a file must be that comes back from a provider. */
export interface WantedFile {
  readonly file: StoredMedia;
  /** Absolute: where it is to be written. */
  readonly spoolPath: string;
  readonly lengthBytes: number;
  /** Lower-case hex; null where it is not known. */
  readonly sha256: string | null;
}

/** Keeps copies of files elsewhere. */
export interface StorageProvider {
  /** Its own among all, and the same at each start. */
  readonly name: string;
  readonly storeLocal: boolean;
  readonly storeRemote: boolean;
  /** Whether an upload is answered only once this provider has the file. */
  readonly storeSynchronous: boolean;
  /**
   * Stores the file that lies at its path. Storing one twice does no harm. Rejects with a `ModuleUnavailable` where the
   * provider could not be asked or was too slow, with a `MatrixError` that it raised for the client, or with its failure,
   * which the caller logs in one line.
   */
  store(file: StoredMedia): Promise<void>;
}

/** All providers, in the order of the configuration. */
export interface StorageProviders {
  readonly all: readonly StorageProvider[];
  /**
   * Asks one after the other for a file and has it written to `spoolPath`. True once a whole and right one lies there; false
   * where every provider said that it does not have it. What a provider did wrong is in the log. Rejects with a
   * `ModuleFailure` where none gave the file and one failed, with a `ModuleUnavailable` where one could not be asked, with
   * another error where the disk cannot be written.
   */
  fetch(wanted: WantedFile): Promise<boolean>;
}
