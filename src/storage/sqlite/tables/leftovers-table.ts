import type { LeftoverPiece, LeftoverRows } from "../../../media/maintenance/leftover-rows.ts";
import { mediaPath, type StoredMedia } from "../../../media-file.ts";
import { isPassing } from "../../../media/maintenance/passing-failures.ts";
import {
  LEFTOVER_SQL,
  type OldThumbnailRow,
  readOldThumbnail,
  type StalePictureRow,
} from "../../sql/leftover-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";

/** {@link LeftoverRows} in SQLite. */
export class LeftoversTable implements LeftoverRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof LEFTOVER_SQL>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#statements = db.prepare(LEFTOVER_SQL);
  }

  countUnusedIds(createdBeforeTs: number): Promise<number> {
    return this.#db.read(() => (this.#statements.countUnused.get(createdBeforeTs) as { readonly ids: number }).ids);
  }

  removeUnusedIds(createdBeforeTs: number, limit: number): Promise<number> {
    return this.#db.write(() => this.#statements.removeUnused.run(createdBeforeTs, limit).changes);
  }

  oldThumbnails(usedBeforeTs: number, afterId: string, limit: number): Promise<LeftoverPiece<StoredMedia>> {
    return this.#db.read(() => {
      const rows = this.#statements.thumbnailsOf.all(usedBeforeTs, afterId, limit) as OldThumbnailRow[];
      const items = rows.filter(({ is_old }) => Boolean(is_old)).map(readOldThumbnail);
      return { items, lastKey: rows.at(-1)?.media_id };
    });
  }

  removeThumbnail(file: StoredMedia, usedBeforeTs: number): Promise<boolean> {
    const { fileId, thumbnail } = file;
    if (thumbnail === null) throw new TypeError("this is not a thumbnail");
    const { width, height, type, method } = thumbnail;
    return this.#db.write(() => {
      const { changes } = this.#statements.removeThumbnail.run(fileId, width, height, type, method, usedBeforeTs);
      if (changes > 0) this.#statements.removeCopies.run(fileId, mediaPath(file));
      return changes > 0;
    });
  }

  stalePictures(failedBeforeTs: number, afterContent: string, limit: number): Promise<LeftoverPiece<string>> {
    const isStale = ({ is_held, failure, looked_ts }: StalePictureRow) =>
      !is_held || (failure !== null && isPassing(failure) && looked_ts < failedBeforeTs);
    return this.#db.read(() => {
      const rows = this.#statements.pictures.all(afterContent, limit) as StalePictureRow[];
      return { items: rows.filter(isStale).map(({ content }) => content), lastKey: rows.at(-1)?.content };
    });
  }

  removePictures(contents: readonly string[]): Promise<void> {
    return this.#db.write(() => {
      for (const content of contents) this.#statements.removePicture.run(content);
    });
  }
}
