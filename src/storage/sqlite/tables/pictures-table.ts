import type { PictureFacts, PictureRows } from "../../../media/thumbnails/thumbnail-rows.ts";
import { bindFacts, PICTURE_SQL } from "../../sql/media/picture-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";

/** {@link PictureRows} in SQLite. */
export class PicturesTable implements PictureRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof PICTURE_SQL>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#statements = db.prepare(PICTURE_SQL);
  }

  async learn(content: string, facts: PictureFacts): Promise<void> {
    await this.#db.write(() => this.#statements.learn.run(bindFacts(content, facts)));
  }
}
