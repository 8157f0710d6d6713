/** A row of `local_media_repository`, Synapse's columns in camelCase. Times are milliseconds since the epoch. */
export interface LocalMedia {
  readonly mediaId: string;
  readonly mediaType: string;
  readonly mediaLength: number;
  readonly createdTs: number;
  readonly uploadName: string | null;
  readonly userId: string | null;
  readonly quarantinedBy: string | null;
  /** Whether legacy (unauthenticated) routes must not serve it: `enable_authenticated_media` at upload time. */
  readonly authenticated: boolean;
  /** Lower-case hex; null for rows older than Synapse's column. */
  readonly sha256: string | null;
}

/** What an upload knows when its row is written. */
export interface NewLocalMedia {
  readonly mediaId: string;
  readonly mediaType: string;
  readonly mediaLength: number;
  readonly createdTs: number;
  readonly uploadName: string | null;
  readonly userId: string;
  readonly authenticated: boolean;
  readonly sha256: string;
}

/**
 * Rows about media. Implementations: `storage/sqlite`, PostgreSQL next; one contract suite (`test/contract/metadata.ts`)
 * runs over each.
 */
export interface MediaMetadata {
  /**
   * Adds the row and what it counts against the user's limits, both or neither; resolves once committed. Uploads that end
   * together may share a commit; one that fails does not fail its neighbours. Rejects on a media id that exists.
   */
  insertLocalMedia(media: NewLocalMedia): Promise<void>;
  /** The row of a local media id, undefined where there is none. */
  localMedia(mediaId: string): Promise<LocalMedia | undefined>;
  /** For each of `sinceTs` (milliseconds): the bytes of the user's stored uploads whose time of upload is later than it. */
  uploadedBytes(userId: string, sinceTs: readonly number[]): Promise<number[]>;
  /** Ends pending work, then closes. */
  close(): Promise<void>;
}
