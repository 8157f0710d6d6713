import type { DeletionCriteria } from "./deletion-rows.ts";
import { DeletionJournal } from "./deletion-journal.ts";
import type { DeletionMeans, DeletionParts } from "./deletion-parts.ts";
import { removeFiles } from "./remove-files.ts";

/** How many media one commit removes: a turn of the event loop must stay short. */
const BATCH_MEDIA = 100;

/**
 * Deletes media for good. One commit removes the rows and writes the journal; from then on no client gets the media. The
 * files, the copies at storage providers and what modules are told follow from the journal, which a crash does not
 * stop.
 */
export class MediaDeletion {
  readonly #parts: DeletionParts;
  readonly #journal: DeletionJournal;

  constructor(parts: DeletionParts) {
    this.#parts = parts;
    this.#journal = new DeletionJournal(parts);
  }

  /**
   * Deletes these local media, with `criteria` those that still meet them, and resolves to the ids that were deleted;
   * ids that do not exist are skipped. By then the rows are gone for good and the files are gone from disk, or the log
   * says why not. Storage providers and modules follow. Rejects with a `STORE_FAILED` or `STORE_BUSY` of the database:
   * an earlier batch is deleted all the same.
   */
  async delete(mediaIds: readonly string[], criteria?: DeletionCriteria): Promise<string[]> {
    const { stores, blobs, waits, clock } = this.#parts;
    const deletedIds: string[] = [];
    try {
      for (let at = 0; at < mediaIds.length; at += BATCH_MEDIA) {
        const batch = mediaIds.slice(at, at + BATCH_MEDIA);
        const deletions = await stores.deletions.begin(batch, clock.now(), criteria);
        // A loss of power must not bring back rows whose files are gone.
        await stores.flushed();
        for (const { mediaId } of deletions) waits.wake(mediaId);
        // The journal tries again what fails here, and logs it.
        for (const deletion of deletions) await removeFiles(deletion, blobs).catch(() => undefined);
        deletedIds.push(...deletions.map(({ mediaId }) => mediaId));
      }
    } finally {
      this.#journal.wake();
    }
    return deletedIds;
  }

  /** As {@link DeletionJournal.use}. */
  use(means: DeletionMeans): (graceMs: number) => Promise<void> {
    return this.#journal.use(means);
  }

  /** Begins with what earlier processes left. */
  wake(): void {
    this.#journal.wake();
  }

  /** As {@link DeletionJournal.idle}. */
  idle(): Promise<void> {
    return this.#journal.idle();
  }

  /** As {@link DeletionJournal.close}. */
  close(graceMs?: number): Promise<void> {
    return this.#journal.close(graceMs);
  }
}
