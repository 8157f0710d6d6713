/** Who quarantines an upload whose bytes are quarantined already. */
export const SYSTEM = "system";

/** One change of the quarantine, as `GET /_synapse/admin/v1/media/quarantine_changes` lists it. */
export interface QuarantineChange {
  /** Its place in the list: later changes have greater ones. */
  readonly position: number;
  /** The server that the media is from; null for local media. */
  readonly origin: string | null;
  readonly mediaId: string;
  readonly isQuarantined: boolean;
}

/** Who quarantines, and when (milliseconds since the epoch). */
export interface Quarantining {
  readonly by: string;
  readonly quarantinedTs: number;
}

/** How many media an action concerned. */
export interface QuarantineCount {
  /** All that are quarantined now, those that were before included. */
  readonly all: number;
  readonly newOnes: number;
}

/**
 * The quarantine of local media. It holds for bytes: with one media all others of the same content are quarantined, and
 * what is uploaded later, as long as the content is not taken out of quarantine. That survives the deletion of the
 * media. Protected media is spared, and protected media alone makes no content quarantined.
 */
export interface QuarantineRows {
  /** Quarantines these ids, with all media of the same content. Ids without a row are skipped. */
  quarantine(mediaIds: readonly string[], quarantining: Quarantining): Promise<QuarantineCount>;
  /** Quarantines what a user has uploaded and is not quarantined yet, with all media of the same content. */
  quarantineUser(userId: string, quarantining: Quarantining): Promise<QuarantineCount>;
  /** Completes the quarantine of contents that an earlier process had begun. */
  resume(): Promise<QuarantineCount>;
  /** Takes a media id out of quarantine, and all media of the same content. Does nothing without a row. */
  release(mediaId: string): Promise<void>;
  /** Protects media, or ends that; false where there is no row. Media that is quarantined stays so. */
  protect(mediaId: string, isProtected: boolean): Promise<boolean>;
  /** The changes after a position, the earliest first. */
  changes(afterPosition: number, limit: number): Promise<readonly QuarantineChange[]>;
  /** The position of the last change; 1 where there is none, as in Synapse. */
  lastPosition(): Promise<number>;
}
