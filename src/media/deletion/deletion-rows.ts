import type { StoredMedia } from "../../media-file.ts";

/** Media that is deleted: its rows are gone, and what else there is of it is still to be removed. */
export interface Deletion {
  readonly mediaId: string;
  /** The media itself first, then the thumbnails that had a row. */
  readonly files: readonly StoredMedia[];
  /**
   * The names of the storage providers that are still to delete their copies; undefined where none has been asked yet.
   */
  readonly providers: readonly string[] | undefined;
  /** Whether modules were told. */
  readonly isTold: boolean;
  /** The number of attempts that failed. */
  readonly attempts: number;
}

/** Which media an operator wants gone; times in milliseconds since the epoch. */
export interface DeletionCriteria {
  /** Media that was last read before this time, or was never read and was created before it. */
  readonly beforeTs: number;
  /** Media of more bytes than this. */
  readonly largerThanBytes: number;
}

/** What decides whether media is deleted by {@link DeletionCriteria}. */
export interface DeletionCandidate {
  readonly mediaId: string;
  readonly mediaLength: number;
  /** When it was last read, or created where it was never read. */
  readonly lastUsedTs: number;
  /** Quarantined, protected, or fetched for the preview of a URL, which expires by itself. */
  readonly isSpared: boolean;
}

/** The rows of deleted media, and the journal by which a deletion is completed after a crash. */
export interface DeletionRows {
  /**
   * Removes everything that the database has of these media ids, except for what is known of their content, and writes
   * them into the journal, in one commit. With `criteria`, only media that still meets them then: a row may have
   * changed since it was read. Resolves to what was removed; ids without a row are skipped.
   */
  begin(mediaIds: readonly string[], nowTs: number, criteria?: DeletionCriteria): Promise<readonly Deletion[]>;
  /** Local media with content in the order of the ids, after one of them. */
  candidates(afterId: string, limit: number): Promise<readonly DeletionCandidate[]>;
  /**
   * The deletions that have been due longest at `nowTs`, and those that are due so late that the clock was wrong when
   * they were written.
   */
  due(nowTs: number, limit: number): Promise<readonly Deletion[]>;
  /** When the next deletion becomes due; undefined where the journal is empty. */
  nextDueTs(): Promise<number | undefined>;
  /** Nothing is left of the media. */
  done(mediaId: string): Promise<void>;
  /** Something is left, which is tried again at `nextTs`. */
  postpone(deletion: Deletion, nextTs: number): Promise<void>;
  /** The number of deletions in the journal. */
  count(): Promise<number>;
}

/** Whether media may be deleted by criteria. */
export function meets(candidate: DeletionCandidate, { beforeTs, largerThanBytes }: DeletionCriteria): boolean {
  const { isSpared, lastUsedTs, mediaLength } = candidate;
  return !isSpared && lastUsedTs < beforeTs && mediaLength > largerThanBytes;
}
