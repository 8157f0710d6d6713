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

/** What is known of an upload whose file is in place. */
export interface UploadedMedia {
  readonly mediaId: string;
  readonly mediaType: string;
  readonly mediaLength: number;
  /** When it counts against the user's limits, in milliseconds since the epoch. */
  readonly uploadedTs: number;
  readonly uploadName: string | null;
  readonly userId: string;
  readonly sha256: string;
  /** Names of the storage providers that are still to get the file: kept in the same commit, so that none is forgotten. */
  readonly copyLater?: readonly string[];
}

/** An upload under an id of its own, as its row is written. */
export interface NewLocalMedia extends Omit<UploadedMedia, "uploadedTs"> {
  readonly createdTs: number;
  readonly authenticated: boolean;
}

/** A media id that was created and has no content yet: a row of `local_media_repository` without a length. */
export interface PendingMedia {
  readonly mediaId: string;
  readonly createdTs: number;
  /** Who created it, and alone may upload to it. */
  readonly userId: string | null;
  readonly quarantinedBy: string | null;
  /** As in {@link LocalMedia}, by what was configured when it was created. */
  readonly authenticated: boolean;
}

/** How many ids without content a user may have. */
export interface PendingAllowance {
  readonly maxPending: number;
  /** Ids that were created then or earlier have expired and do not count; milliseconds. */
  readonly expiredTs: number;
}

/** Whether a media id was created; where the user has too many, when the oldest of those that count was (null: none may be). */
export type PendingCreation =
  | { readonly created: true }
  | { readonly created: false; readonly oldestCreatedTs: number | null };

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
  /** The row of a local media id, undefined where there is none, or none with content. */
  localMedia(mediaId: string): Promise<LocalMedia | undefined>;
  /**
   * Adds a row without content, unless its user has `maxPending` of them already: counted and added in one, so that no two
   * calls pass the allowance together. Resolves once committed. Rejects on a media id that exists.
   */
  createPendingMedia(
    media: Omit<PendingMedia, "quarantinedBy"> & { readonly userId: string },
    allowance: PendingAllowance,
  ): Promise<PendingCreation>;
  /** The row of a media id without content, however old; undefined where there is none, or it has content. */
  pendingMedia(mediaId: string): Promise<PendingMedia | undefined>;
  /**
   * Gives a row without content its content, and adds what it counts against the user's limits, both or neither; resolves
   * once committed. False where there is no such row (any more): nothing is written then.
   */
  fillPendingMedia(media: UploadedMedia): Promise<boolean>;
  /** For each of `sinceTs` (milliseconds): the bytes of the user's stored uploads whose time of upload is later than it. */
  uploadedBytes(userId: string, sinceTs: readonly number[]): Promise<number[]>;
  /**
   * Resolves when everything that was committed before this call outlives a loss of power, at once where the store is set
   * to leave that to the operating system. Calls share their flushes. Rejects where the disk fails: what is not told to the
   * client as stored is to be withdrawn then.
   */
  flushed(): Promise<void>;
  /**
   * Takes back the content of media that was committed and shall not be: its row, or the content alone where `keepsId`, and
   * what it counts against the user's limits, both or neither.
   */
  withdrawMedia(mediaId: string, options: { readonly keepsId: boolean }): Promise<void>;
  /** Ends pending work, then closes. */
  close(): Promise<void>;
}
