import type { StoredMedia } from "../../media-file.ts";

/** A file that a provider has not stored yet. */
export interface PendingStore {
  readonly provider: string;
  readonly file: StoredMedia;
  /** The number of attempts that failed. */
  readonly attempts: number;
}

/**
 * The files that are still to be copied in the background. They are kept with the rows of media, so that none is lost
 * when the process ends. The commit of a media's row also adds the rows of its copies.
 */
export interface PendingCopies {
  /**
   * The `limit` files of a provider that have been due longest at `nowTs` (milliseconds), and those that are due so late
   * that the clock was wrong when they were written.
   */
  due(provider: string, nowTs: number, limit: number): Promise<readonly PendingStore[]>;
  /** When the first file of a provider becomes due that is not yet due at `nowTs`; undefined where there is none. */
  nextDueTs(provider: string, nowTs: number): Promise<number | undefined>;
  /** The provider has the file. */
  done(pending: PendingStore): Promise<void>;
  /** One more attempt failed; the next one is due at `nextTs`. */
  postpone(pending: PendingStore, nextTs: number): Promise<void>;
  /** The number of files that wait for each provider, including providers that are no longer configured. */
  counts(): Promise<ReadonlyMap<string, number>>;
}
