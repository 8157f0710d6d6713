import { randomUUID } from "node:crypto";
import type { UpstreamMedia, GuardRecords } from "./records.ts";
import type { UnrecordedDoubts } from "./unrecorded-doubts.ts";
import type { Logger } from "../util/log.ts";

/** What notes are kept with. */
export interface NoteParts {
  readonly records: GuardRecords;
  /** Users whose doubts could not be recorded. */
  readonly doubts: UnrecordedDoubts;
  readonly log: Logger;
  /** Milliseconds of the epoch. */
  readonly now: () => number;
}

/**
 * How long a note outlives its last upload, at most: a user who sends one file after the other needs one commit for
 * many.
 */
const KEPT_MS = 250;

/** A row which says that Synapse may be about to store an upload of a user. */
interface Row {
  readonly noteId: string;
  readonly committed: Promise<void>;
  /** The number of uploads under way that the note covers. */
  uploads: number;
  /** One of them ended in a way that could not be recorded: the next start must find the row. */
  mustStay: boolean;
}

/**
 * Notes about uploads that Synapse may be about to store. If this process is killed, the next one has the usage of
 * these users read again.
 */
export class InFlightUploads {
  readonly #parts: NoteParts;
  readonly #rows = new Map<string, Row>();
  #sweeping: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(parts: NoteParts) {
    this.#parts = parts;
  }

  /** Notes an upload. The note ends in one of three ways, whatever becomes of the upload. */
  take(userId: string): InFlightUpload {
    const row = this.#rows.get(userId) ?? this.#begin(userId);
    row.uploads += 1;
    return new InFlightUpload(userId, row.committed, (isRecorded) => this.#leave(row, isRecorded), this.#parts);
  }

  /** From now on no note outlives its last upload. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#sweeping);
    this.#sweep();
  }

  #begin(userId: string): Row {
    const noteId = randomUUID();
    const committed = this.#parts.records.begin(noteId, userId, this.#parts.now());
    const row = { noteId, committed, uploads: 0, mustStay: false };
    this.#rows.set(userId, row);
    committed.catch(() => {
      // The next upload tries again. If this one is refused for another reason, no code waits for the promise.
      if (this.#rows.get(userId) === row) this.#rows.delete(userId);
    });
    return row;
  }

  #leave(row: Row, isRecorded: boolean): void {
    row.uploads -= 1;
    row.mustStay ||= !isRecorded;
    if (row.uploads > 0) return;
    if (this.#closed) this.#sweep();
    else {
      this.#sweeping ??= setTimeout(() => {
        this.#sweeping = undefined;
        this.#sweep();
      }, KEPT_MS).unref();
    }
  }

  /**
   * Removes every row that covers no upload any more. What cannot be removed is a doubt at the next start, so no code
   * needs to wait for it.
   */
  #sweep(): void {
    const { records, log } = this.#parts;
    const noteIds: string[] = [];
    for (const [userId, row] of this.#rows) {
      if (row.uploads > 0) continue;
      this.#rows.delete(userId);
      if (!row.mustStay) noteIds.push(row.noteId);
    }
    if (noteIds.length === 0) return;
    records.forget(noteIds).catch((error: unknown) => {
      log.error({ err: error }, "notes of uploads that have ended could not be removed");
    });
  }
}

/** The note of one upload. */
export class InFlightUpload {
  /** Resolves once the note is committed. No byte may be sent before. */
  readonly committed: Promise<void>;
  readonly #userId: string;
  readonly #leave: (isRecorded: boolean) => void;
  readonly #parts: NoteParts;

  constructor(userId: string, committed: Promise<void>, leave: (isRecorded: boolean) => void, parts: NoteParts) {
    this.#userId = userId;
    this.committed = committed;
    this.#leave = leave;
    this.#parts = parts;
  }

  /** Synapse has not stored the upload. */
  forget(): void {
    this.#leave(true);
  }

  /**
   * It is unknown whether Synapse stored it. From now on the user's usage counts as unknown, even where that cannot be
   * recorded: the next upload under a limit has it read from Synapse.
   */
  async doubt(reason: string): Promise<void> {
    const { records, log, now } = this.#parts;
    log.warn(
      { user: this.#userId, reason },
      "it is not known whether Synapse stored an upload: the user's usage is read from it again",
    );
    await this.#end(records.doubt(randomUUID(), this.#userId, now()), (error) => {
      log.error({ err: error, user: this.#userId }, "an uncertain upload could not be recorded");
    });
  }

  /** Synapse has stored the upload, and the client is told so in any case: what cannot be recorded leaves a doubt. */
  async settle(media: Omit<UpstreamMedia, "uploadedTs" | "userId">): Promise<void> {
    const { records, log, now } = this.#parts;
    await this.#end(records.settle({ ...media, userId: this.#userId, uploadedTs: now() }), (error) => {
      log.error({ err: error, media: media.mediaId }, "an upload that Synapse stored could not be recorded");
    });
  }

  async #end(recorded: Promise<void>, report: (error: unknown) => void): Promise<void> {
    try {
      await recorded;
      this.#leave(true);
    } catch (error) {
      await this.#parts.doubts.add(this.#userId, this.#parts.now());
      report(error);
      this.#leave(false);
    }
  }
}
