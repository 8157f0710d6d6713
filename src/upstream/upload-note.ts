import { randomUUID } from "node:crypto";
import type { UpstreamMedia, UpstreamRecords } from "../media/upstream-records.ts";
import type { Logger } from "../util/log.ts";

/** What a note is kept with. */
export interface NoteParts {
  readonly records: UpstreamRecords;
  readonly log: Logger;
}

/**
 * Says that Synapse may be about to store an upload: should this process end now, the next one has the user's usage read again.
 * It ends in one of three ways, whatever becomes of the upload.
 */
export class UploadNote {
  /** Resolves once it is committed, before which no byte may be sent. */
  readonly committed: Promise<void>;
  readonly #uploadId = randomUUID();
  readonly #userId: string;
  readonly #parts: NoteParts;

  constructor(userId: string, parts: NoteParts) {
    this.#userId = userId;
    this.#parts = parts;
    this.committed = parts.records.begin(this.#uploadId, userId, Date.now());
    // Where the upload is refused, nobody waits for it.
    this.committed.catch(() => undefined);
  }

  /** Synapse has not stored it. What cannot be forgotten is a doubt at the next start: nobody need wait for it. */
  forget(): void {
    const { records, log } = this.#parts;
    records.forget(this.#uploadId).catch((error: unknown) => {
      log.error({ err: error }, "the note of an upload that Synapse has not stored could not be removed");
    });
  }

  /**
   * Nobody knows. From here on the user's usage counts as unknown, also where that cannot be recorded: the next upload under a limit
   * has it read from Synapse.
   */
  async doubt(reason: string): Promise<void> {
    const { records, log } = this.#parts;
    log.warn(
      { user: this.#userId, reason },
      "nobody knows whether Synapse stored an upload: the user's usage is read from it again",
    );
    await records.doubt(this.#uploadId, this.#userId, Date.now()).catch((error: unknown) => {
      log.error({ err: error, user: this.#userId }, "that an upload is in doubt could not be recorded");
    });
  }

  /** Synapse has stored it, and the client is told so in any case: what cannot be recorded leaves a doubt. */
  async settle(media: Omit<UpstreamMedia, "uploadedTs" | "userId">): Promise<void> {
    const { records, log } = this.#parts;
    try {
      await records.settle(this.#uploadId, { ...media, userId: this.#userId, uploadedTs: Date.now() });
    } catch (error) {
      log.error({ err: error, media: media.mediaId }, "an upload that Synapse stored could not be recorded");
    }
  }
}
