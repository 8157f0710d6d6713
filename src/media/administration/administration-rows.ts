/** A row of `local_media_repository` as an administrator sees it. Times are milliseconds since the epoch. */
export interface AdministeredMedia {
  readonly mediaId: string;
  /** Null, as the length is, for an id without content. */
  readonly mediaType: string | null;
  readonly mediaLength: number | null;
  readonly createdTs: number | null;
  readonly uploadName: string | null;
  readonly userId: string | null;
  readonly lastAccessTs: number | null;
  readonly quarantinedBy: string | null;
  /** Whether it is protected: quarantine and deletion by rules spare it. */
  readonly isProtected: boolean;
  readonly urlCache: string | null;
  readonly authenticated: boolean;
  readonly sha256: string | null;
}

/** By what the media of a user can be ordered: columns of Synapse's. */
export const MEDIA_ORDERS = [
  "media_id",
  "upload_name",
  "created_ts",
  "last_access_ts",
  "media_length",
  "media_type",
  "quarantined_by",
  "safe_from_quarantine",
] as const;

export type MediaOrder = (typeof MEDIA_ORDERS)[number];

/** Which part of an ordered list is wanted. */
export interface Page<Order extends string> {
  readonly orderBy: Order;
  readonly isDescending: boolean;
  /** How many entries come before it. */
  readonly from: number;
  readonly limit: number;
}

/** A part of a list, and how many entries the whole list has. */
export interface Paged<Entry> {
  readonly entries: readonly Entry[];
  readonly total: number;
}

/** What one user has in the store. */
export interface UploaderSums {
  readonly userId: string;
  /** Ids without content included, as in Synapse. */
  readonly mediaCount: number;
  readonly mediaBytes: number;
}

/** What administrators look up of local media. */
export interface AdministrationRows {
  /** The row of a media id, with or without content; undefined where there is none. */
  find(mediaId: string): Promise<AdministeredMedia | undefined>;
  /** A part of the media of a user, ids without content included. Entries that are equal are ordered by media id. */
  mediaOf(userId: string, page: Page<MediaOrder>): Promise<Paged<AdministeredMedia>>;
  /**
   * What each user created from `fromTs` until `untilTs` (milliseconds, both included), ordered by user id, in pieces
   * between which other work gets its turn.
   */
  uploaders(fromTs: number, untilTs: number): AsyncIterable<readonly UploaderSums[]>;
}
