import type { AdministrationRows } from "./administration/administration-rows.ts";
import type { PendingCopies } from "./copies/pending-copies.ts";
import type { DeletionRows } from "./deletion/deletion-rows.ts";
import type { JobRows } from "./maintenance/job-rows.ts";
import type { LeftoverRows } from "./maintenance/leftover-rows.ts";
import type {
  LocalMedia,
  NewLocalMedia,
  PendingAllowance,
  PendingCreation,
  PendingMedia,
  UploadedMedia,
} from "./media-rows.ts";
import type { PictureRows, ThumbnailRows } from "./thumbnails/thumbnail-rows.ts";
import type { QuarantineRows } from "./quarantine/quarantine-rows.ts";
import type { AuditRows } from "./audit/verification.ts";

/**
 * What is remembered of media, in one database: a small interface for each kind of rows. Everything is asynchronous, so
 * that the engine may run on another machine. `storage/` implements the interfaces; the contract suites of
 * `test/contract` run over each engine. `guard/records.ts` has what a guard remembers.
 */
export interface MediaStores {
  readonly media: LocalMediaRows;
  readonly pending: PendingMediaRows;
  readonly usage: UsageSums;
  readonly copies: PendingCopies;
  readonly thumbnails: ThumbnailRows;
  readonly pictures: PictureRows;
  readonly deletions: DeletionRows;
  readonly jobs: JobRows;
  readonly leftovers: LeftoverRows;
  readonly audit: AuditRows;
  readonly quarantine: QuarantineRows;
  readonly administration: AdministrationRows;
  /**
   * Resolves when everything that was committed before this call survives a power loss; at once with `durability:
   * relaxed`. Calls share their flushes. Rejects where the disk fails: the caller must withdraw what it will not report
   * to the client as stored.
   */
  flushed(): Promise<void>;
  /** Ends pending work, then closes. */
  close(): Promise<void>;
}

/** Local media with content. */
export interface LocalMediaRows {
  /**
   * Adds the row and what it counts against the user's limits, both or neither; resolves once committed. The row is
   * quarantined from the first where its content is. Uploads that
   * end together may share a commit; one that fails does not make the others fail. Rejects where the media id exists.
   */
  insert(media: NewLocalMedia): Promise<void>;
  /** The row of a local media id; undefined where there is none, or it has no content. */
  find(mediaId: string): Promise<LocalMedia | undefined>;
  /**
   * Takes back the content of media that was committed but must not stay: its row (with `keepsId`, only the content)
   * and what it counts against the user's limits, both or neither.
   */
  withdraw(mediaId: string, options: { readonly keepsId: boolean }): Promise<void>;
  /**
   * Sets the time of access (milliseconds), `last_access_ts`, by which operators' clean-up jobs select. Ids without a
   * row are skipped. Resolves once committed.
   */
  touch(mediaIds: readonly string[], accessTs: number): Promise<void>;
}

/** Media ids that were created and have no content yet. */
export interface PendingMediaRows {
  /**
   * Adds a row without content, unless its user has `maxPending` of them already. Counts and adds in one step, so that
   * concurrent calls cannot exceed the allowance together. Resolves once committed. Rejects where the media id exists.
   */
  create(
    media: Omit<PendingMedia, "quarantinedBy"> & { readonly userId: string },
    allowance: PendingAllowance,
  ): Promise<PendingCreation>;
  /** The row of a media id without content, however old; undefined where there is none, or it has content. */
  find(mediaId: string): Promise<PendingMedia | undefined>;
  /**
   * Gives a row without content its content, and adds what it counts against the user's limits, both or neither;
   * resolves once committed. False where there is no such row any more: nothing is written then.
   */
  complete(media: UploadedMedia): Promise<boolean>;
}

/** What counts against users' limits. */
export interface UsageSums {
  /** For each of `sinceTs` (milliseconds): the bytes of the user's stored uploads that were uploaded after it. */
  uploadedBytes(userId: string, sinceTs: readonly number[]): Promise<number[]>;
}
