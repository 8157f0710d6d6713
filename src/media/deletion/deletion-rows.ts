import type { StoredMedia } from "../../media-file.ts";

/**
 * What is left of a deletion: the files on disk; then modules that are to be told, and each storage provider that is to
 * delete its copies.
 */
export type DeletionStep = "files" | "modules" | `provider ${string}`;

/** Media that is deleted: its rows are gone, and what else there is of it is still to be removed. */
export interface Deletion {
  readonly mediaId: string;
  /** The media itself first, then the thumbnails that had a row. */
  readonly files: readonly StoredMedia[];
  /** Whether modules never heard of the media, and are not to be told. */
  readonly isUnknown: boolean;
  /** The number of attempts at the step that failed. */
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
  /** The steps that something is left of. */
  steps(): Promise<readonly DeletionStep[]>;
  /**
   * The deletions whose step has been due longest at `nowTs`, and those whose step is due so late that the clock was
   * wrong when they were written.
   */
  due(step: DeletionStep, nowTs: number, limit: number): Promise<readonly Deletion[]>;
  /** When the step is due next after `nowTs`; undefined where it is due for nothing by then. */
  nextDueTs(step: DeletionStep, nowTs: number): Promise<number | undefined>;
  /** The step is done, and these follow, due now. Where no step is left the deletion leaves the journal. */
  done(step: DeletionStep, mediaId: string, following: readonly DeletionStep[], nowTs: number): Promise<void>;
  /** The step has failed so often by now, and is tried again at `nextTs`. */
  postpone(step: DeletionStep, mediaId: string, next: { attempts: number; nextTs: number }): Promise<void>;
  /** The number of deletions in the journal. */
  count(): Promise<number>;
}

/** Whether media may be deleted by criteria. */
export function meets(candidate: DeletionCandidate, { beforeTs, largerThanBytes }: DeletionCriteria): boolean {
  const { isSpared, lastUsedTs, mediaLength } = candidate;
  return !isSpared && lastUsedTs < beforeTs && mediaLength > largerThanBytes;
}
