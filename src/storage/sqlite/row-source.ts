import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { StartError } from "../../errors.ts";
import type { Knowledge, AuditedRow, RowSource } from "../../media/verification.ts";

const PAGE_ROWS = 500;
/** How long a query waits for a lock of the service. */
const BUSY_MS = 10_000;

const COLUMNS = `
  m.rowid as "row", m.media_id as "mediaId", m.media_length as "mediaLength", m.sha256 as "sha256", u.media_length as "countedBytes",
  (select count(*) from media_bridge_pending_stores s where s.file_id = m.media_id and s.thumbnail is null) as "waitingProviders"
  from local_media_repository m left join media_bridge_uploads u on u.media_id = m.media_id
  where m.media_length is not null`;

const SQL = {
  count: "select count(*) from local_media_repository where media_length is not null",
  page: `select ${COLUMNS} and m.rowid > ? order by m.rowid limit ${PAGE_ROWS}`,
  find: `select ${COLUMNS} and m.media_id = ?`,
  stored: "select 1 from local_media_repository where media_id = ? and media_length is not null",
  known: `select 1 where exists (select 1 from local_media_repository where media_id = :id)
    or exists (select 1 from media_bridge_uploads where media_id = :id)`,
} as const;

/** {@link RowSource} of a SQLite database, also while a service writes to it. */
export class SqliteVerifiedRows implements RowSource {
  readonly #db: Database.Database;
  readonly #page: Database.Statement<[number], AuditedRow & { row: number }>;
  readonly #find: Database.Statement<[string], AuditedRow>;
  readonly #stored: Database.Statement<[string]>;
  readonly #known: Database.Statement<[{ id: string }]>;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#page = db.prepare(SQL.page);
    this.#find = db.prepare(SQL.find);
    this.#stored = db.prepare(SQL.stored);
    this.#known = db.prepare(SQL.known);
  }

  count(): number {
    return this.#db.prepare<[], number>(SQL.count).pluck().get() ?? 0;
  }

  *pages(): Iterable<readonly AuditedRow[]> {
    let last = 0;
    for (;;) {
      const rows = this.#page.all(last);
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows;
      last = end.row;
    }
  }

  find(mediaId: string): AuditedRow | undefined {
    return this.#find.get(mediaId);
  }

  knows(mediaId: string): Knowledge {
    if (this.#stored.get(mediaId) !== undefined) return "stored";
    return this.#known.get({ id: mediaId }) === undefined ? "unknown" : "known";
  }

  close(): void {
    this.#db.close();
  }
}

/** Opens the rows of a database that a service has made. Throws a StartError `STORE`. */
export function openVerifiedRows(path: string): SqliteVerifiedRows {
  if (!existsSync(path)) {
    throw new StartError(
      "STORE",
      `There is no database ${path}: the service has not been started with this configuration`,
    );
  }
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: BUSY_MS, fileMustExist: true });
    return new SqliteVerifiedRows(db);
  } catch (error) {
    db?.close();
    const reason = (error as Error).message;
    throw new StartError(
      "STORE",
      `The database ${path} cannot be read: ${reason}; start this release once if it is older`,
      {
        cause: error,
      },
    );
  }
}
