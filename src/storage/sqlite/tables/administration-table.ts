import { setImmediate } from "node:timers/promises";
import { Turns } from "../../../util/concurrency/turns.ts";
import type {
  AdministeredMedia,
  AdministrationRows,
  MediaOrder,
  Page,
  Paged,
  UploaderSums,
} from "../../../media/administration/administration-rows.ts";
import {
  ADMINISTRATION_SQL,
  type AdministeredRow,
  MEDIA_PAGE_SQL,
  pageTextOf,
  readAdministered,
  readUploader,
  type UploaderRow,
} from "../../sql/administration-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";

/** How many rows are read on the event loop, whose turns must stay short; a thread reads more. */
const ROWS_HERE = 2_000;
/** How many users one read sums up. */
const USERS_AT_ONCE = 100;

/** {@link AdministrationRows} in SQLite. */
export class AdministrationTable implements AdministrationRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof ADMINISTRATION_SQL>;
  readonly #pages: Statements<typeof MEDIA_PAGE_SQL>;
  readonly #turns = new Turns(1);

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#statements = db.prepare(ADMINISTRATION_SQL);
    this.#pages = db.prepare(MEDIA_PAGE_SQL);
  }

  find(mediaId: string): Promise<AdministeredMedia | undefined> {
    return this.#db.read(() => {
      const row = this.#statements.find.get(mediaId) as AdministeredRow | undefined;
      return row && readAdministered(row);
    });
  }

  async mediaOf(
    userId: string,
    { orderBy, isDescending, from, limit }: Page<MediaOrder>,
  ): Promise<Paged<AdministeredMedia>> {
    const name = pageTextOf(orderBy, isDescending);
    const text = MEDIA_PAGE_SQL[name] ?? "";
    const isLong = await this.#db.read(() => this.#statements.userExceeds.get(userId, ROWS_HERE) !== undefined);
    const [counts, rows] = isLong
      ? await Promise.all([
          this.#db.reader.all(ADMINISTRATION_SQL.count, userId),
          this.#db.reader.all(text, userId, limit, from),
        ])
      : await this.#readHere(() => [
          this.#statements.count.all(userId),
          this.#pages[name]?.all(userId, limit, from) ?? [],
        ]);
    const [count] = counts as { readonly media: number }[];
    return { entries: (rows as AdministeredRow[]).map(readAdministered), total: count?.media ?? 0 };
  }

  /** One list in a turn of the event loop, however many are asked for together. */
  async #readHere<T>(read: () => T): Promise<T> {
    await this.#turns.take();
    try {
      return await this.#db.read(read);
    } finally {
      void setImmediate().then(() => this.#turns.pass());
    }
  }

  async *uploaders(fromTs: number, untilTs: number): AsyncIterable<readonly UploaderSums[]> {
    const isLong = await this.#db.read(() => this.#statements.exceeds.get(ROWS_HERE) !== undefined);
    const read = async (...parameters: readonly unknown[]) =>
      isLong
        ? this.#db.reader.all(ADMINISTRATION_SQL.uploaders, ...parameters)
        : this.#db.read(() => this.#statements.uploaders.all(...parameters));
    for (let last = ""; ;) {
      const rows = (await read(last, fromTs, untilTs, USERS_AT_ONCE)) as UploaderRow[];
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows.map(readUploader);
      last = end.user_id;
      await setImmediate();
    }
  }
}
