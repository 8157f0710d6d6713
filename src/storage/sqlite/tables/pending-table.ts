import type { PendingAllowance, PendingCreation, PendingMedia, UploadedMedia } from "../../../media/media-rows.ts";
import type { PendingMediaRows } from "../../../media/stores.ts";
import {
  bindFill,
  bindPending,
  type NewPendingMedia,
  PENDING_SQL,
  type PendingCount,
  type PendingRow,
  readPending,
} from "../../sql/media/pending-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";
import type { CommittedTables } from "./media-table.ts";

/** {@link PendingMediaRows} in SQLite. */
export class PendingTable implements PendingMediaRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof PENDING_SQL>;
  readonly #others: CommittedTables;

  constructor(db: SqliteDatabase, others: CommittedTables) {
    this.#db = db;
    this.#statements = db.prepare(PENDING_SQL);
    this.#others = others;
  }

  create(media: NewPendingMedia, { maxPending, expiredTs }: PendingAllowance): Promise<PendingCreation> {
    return this.#db.write(() => {
      const { pending, oldest } = this.#statements.count.get(media.userId, expiredTs) as PendingCount;
      if (pending >= maxPending) return { created: false, oldestCreatedTs: oldest };
      this.#statements.insert.run(bindPending(media));
      return { created: true };
    });
  }

  find(mediaId: string): Promise<PendingMedia | undefined> {
    return this.#db.read(() => {
      const row = this.#statements.find.get(mediaId) as PendingRow | undefined;
      return row && readPending(row);
    });
  }

  complete(media: UploadedMedia): Promise<boolean> {
    return this.#db.write(() => {
      if (this.#statements.fill.run(bindFill(media)).changes === 0) return false;
      this.#others.usage.add(media, media.uploadedTs);
      this.#others.copies.add(media.mediaId, media.copyLater, media.uploadedTs);
      this.#others.quarantine.takeUploadOfCreated(media);
      return true;
    });
  }
}
