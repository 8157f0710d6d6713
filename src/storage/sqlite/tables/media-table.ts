import type { LocalMedia, NewLocalMedia } from "../../../media/media-rows.ts";
import type { LocalMediaRows } from "../../../media/stores.ts";
import { bindMedia, MEDIA_SQL, type MediaRow, readMedia } from "../../sql/media/media-statements.ts";
import type { Statements } from "../connection.ts";
import type { CopiesTable } from "./copies-table.ts";
import type { SqliteDatabase } from "../database.ts";
import type { QuarantineTable } from "./quarantine-table.ts";
import type { UsageTable } from "./usage-table.ts";

/** The tables into which the commit of media writes as well. */
export interface CommittedTables {
  readonly usage: UsageTable;
  readonly copies: CopiesTable;
  readonly quarantine: QuarantineTable;
}

/** {@link LocalMediaRows} in SQLite. */
export class MediaTable implements LocalMediaRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof MEDIA_SQL>;
  readonly #others: CommittedTables;

  constructor(db: SqliteDatabase, others: CommittedTables) {
    this.#db = db;
    this.#statements = db.prepare(MEDIA_SQL);
    this.#others = others;
  }

  insert(media: NewLocalMedia): Promise<void> {
    return this.#db.write(() => {
      this.#statements.insert.run(bindMedia(media));
      this.#others.usage.add(media, media.createdTs);
      this.#others.copies.add(media.mediaId, media.copyLater, media.createdTs);
      this.#others.quarantine.takeUpload(media);
    });
  }

  find(mediaId: string): Promise<LocalMedia | undefined> {
    return this.#db.read(() => {
      const row = this.#statements.find.get(mediaId) as MediaRow | undefined;
      return row && readMedia(row);
    });
  }

  withdraw(mediaId: string, { keepsId }: { readonly keepsId: boolean }): Promise<void> {
    return this.#db.write(() => {
      (keepsId ? this.#statements.empty : this.#statements.delete).run(mediaId);
      this.#others.usage.remove(mediaId);
    });
  }

  touch(mediaIds: readonly string[], accessTs: number): Promise<void> {
    return this.#db.write(() => {
      for (const mediaId of mediaIds) this.#statements.touch.run(accessTs, mediaId);
    });
  }
}
