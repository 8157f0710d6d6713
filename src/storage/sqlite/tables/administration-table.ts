import { setImmediate } from "node:timers/promises";
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
import type { SqliteConnection, Statements } from "../connection.ts";

/** How many users one read sums up: a turn of the event loop must stay short. */
const USERS_AT_ONCE = 20;

/** {@link AdministrationRows} in SQLite. */
export class AdministrationTable implements AdministrationRows {
  readonly #db: SqliteConnection;
  readonly #statements: Statements<typeof ADMINISTRATION_SQL>;
  readonly #pages: Statements<typeof MEDIA_PAGE_SQL>;

  constructor(db: SqliteConnection) {
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

  mediaOf(userId: string, { orderBy, isDescending, from, limit }: Page<MediaOrder>): Promise<Paged<AdministeredMedia>> {
    return this.#db.read(() => {
      const { media: total } = this.#statements.count.get(userId) as { readonly media: number };
      const page = this.#pages[pageTextOf(orderBy, isDescending)];
      const rows = (page?.all(userId, limit, from) ?? []) as AdministeredRow[];
      return { entries: rows.map(readAdministered), total };
    });
  }

  async *uploaders(fromTs: number, untilTs: number): AsyncIterable<readonly UploaderSums[]> {
    let last = "";
    for (;;) {
      const after = last;
      const rows = await this.#db.read(
        () => this.#statements.uploaders.all(after, fromTs, untilTs, USERS_AT_ONCE) as UploaderRow[],
      );
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows.map(readUploader);
      last = end.user_id;
      await setImmediate();
    }
  }
}
