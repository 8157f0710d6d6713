import type { StoredMedia } from "../../media-file.ts";

/** A file that a provider has not stored yet. */
export interface PendingStore {
  readonly provider: string;
  readonly file: StoredMedia;
  /** Attempts that failed. */
  readonly attempts: number;
}

/**
 * What is still to be stored in the background, kept with the rows of media, so that no end of the process loses any.
 * Rows are added by the commit of the media they are about.
 */
export interface PendingCopies {
  /** The `limit` longest due of a provider at `nowTs` (milliseconds). */
  due(provider: string, nowTs: number, limit: number): Promise<readonly PendingStore[]>;
  /** When the first one of a provider becomes due that is not at `nowTs`; undefined where there is none. */
  nextDueTs(provider: string, nowTs: number): Promise<number | undefined>;
  /** The provider has the file. */
  done(pending: PendingStore): Promise<void>;
  /** One more attempt failed; the next one is due at `nextTs`. */
  postpone(pending: PendingStore, nextTs: number): Promise<void>;
  /** How many files wait for each provider, also for one that is no longer configured. */
  counts(): Promise<ReadonlyMap<string, number>>;
}
