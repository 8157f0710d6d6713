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
  /**
   * The names of the storage providers that are still to get the file. They are written in the same commit, so that
   * none is forgotten.
   */
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
  /** The user who created it. Only this user may upload to it. */
  readonly userId: string | null;
  readonly quarantinedBy: string | null;
  /** As in {@link LocalMedia}, by the configuration at the time when the id was created. */
  readonly authenticated: boolean;
}

/** How many ids without content a user may have. */
export interface PendingAllowance {
  readonly maxPending: number;
  /** Ids that were created at this time or earlier have expired and do not count; milliseconds. */
  readonly expiredTs: number;
}

/**
 * Whether a media id was created. Where the user has too many: when the oldest of those that count was created, or null
 * where the user may have none.
 */
export type PendingCreation =
  | { readonly created: true }
  | { readonly created: false; readonly oldestCreatedTs: number | null };
