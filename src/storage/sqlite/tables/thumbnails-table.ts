import type {
  StoredThumbnail,
  ThumbnailLook,
  ThumbnailRows,
  TwinThumbnail,
} from "../../../media/thumbnails/thumbnail-rows.ts";
import { thumbnailFile } from "../../../media/thumbnails/thumbnail-file.ts";
import type { PictureRow } from "../../sql/media/picture-statements.ts";
import {
  bindThumbnail,
  readLook,
  readTwins,
  THUMBNAIL_SQL,
  type ThumbnailRow,
} from "../../sql/media/thumbnail-statements.ts";
import type { Statements } from "../connection.ts";
import type { CopiesTable } from "./copies-table.ts";
import type { SqliteDatabase } from "../database.ts";

/** {@link ThumbnailRows} in SQLite. */
export class ThumbnailsTable implements ThumbnailRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof THUMBNAIL_SQL>;
  readonly #copies: CopiesTable;

  constructor(db: SqliteDatabase, { copies }: { readonly copies: CopiesTable }) {
    this.#db = db;
    this.#statements = db.prepare(THUMBNAIL_SQL);
    this.#copies = copies;
  }

  look(mediaId: string, content: string): Promise<ThumbnailLook> {
    return this.#db.read(() => readLook(this.#statements.look.all(mediaId, content) as (ThumbnailRow & PictureRow)[]));
  }

  findTwins(sha256: string, mediaId: string, limit: number): Promise<TwinThumbnail[]> {
    return this.#db.read(() => readTwins(this.#statements.findTwins.all(sha256, mediaId, limit) as ThumbnailRow[]));
  }

  add(mediaId: string, thumbnail: StoredThumbnail, copyLater: readonly string[], nowTs: number): Promise<boolean> {
    return this.#db.write(() => {
      if (this.#statements.insert.run(bindThumbnail(mediaId, thumbnail)).changes === 0) return false;
      this.#copies.addFile(thumbnailFile(mediaId, thumbnail), copyLater, nowTs);
      return true;
    });
  }
}
