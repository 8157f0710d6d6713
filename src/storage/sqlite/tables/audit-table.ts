import type { AuditedRow, AuditRows, Knowledge } from "../../../media/audit/verification.ts";
import { AUDIT_SQL, type AuditRow, readAudited } from "../../sql/audit-statements.ts";
import type { SqliteConnection, Statements } from "../connection.ts";

const PAGE_ROWS = 500;

/** {@link AuditRows} of a SQLite database; a service may write to it at the same time. */
export class AuditTable implements AuditRows {
  readonly #db: SqliteConnection;
  readonly #statements: Statements<typeof AUDIT_SQL>;

  constructor(db: SqliteConnection) {
    this.#db = db;
    this.#statements = db.prepare(AUDIT_SQL);
  }

  count(): Promise<number> {
    return this.#db.read(() => (this.#statements.count.get() as { readonly media: number }).media);
  }

  async *pages(): AsyncIterable<readonly AuditedRow[]> {
    let lastId = "";
    for (;;) {
      const afterId = lastId;
      const rows = await this.#db.read(() => this.#statements.page.all(afterId, PAGE_ROWS) as AuditRow[]);
      const end = rows.at(-1);
      if (end === undefined) return;
      yield rows.map(readAudited);
      lastId = end.media_id;
    }
  }

  find(mediaId: string): Promise<AuditedRow | undefined> {
    return this.#db.read(() => {
      const row = this.#statements.find.get(mediaId) as AuditRow | undefined;
      return row && readAudited(row);
    });
  }

  knows(mediaId: string): Promise<Knowledge> {
    return this.#db.read(() => {
      if (this.#statements.isStored.get(mediaId) !== undefined) return "stored";
      if (this.#statements.isDeleted.get(mediaId) !== undefined) return "deleted";
      return this.#statements.isKnown.get(mediaId, mediaId) === undefined ? "unknown" : "known";
    });
  }
}
