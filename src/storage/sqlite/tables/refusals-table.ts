import type { Refusal } from "../../../media/refusals/refusal.ts";
import type { RefusalRows } from "../../../media/refusals/refusal-rows.ts";
import { bindRefusal, readRefusal, REFUSAL_SQL, type RefusalRow } from "../../sql/refusal-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";

/** {@link RefusalRows} in SQLite. */
export class RefusalsTable implements RefusalRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof REFUSAL_SQL>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#statements = db.prepare(REFUSAL_SQL);
  }

  add(refusals: readonly Refusal[]): Promise<void> {
    return this.#db.write(() => {
      for (const refusal of refusals) this.#statements.insert.run(bindRefusal(refusal));
    });
  }

  prune(beforeTs: number, maxRows: number): Promise<number> {
    const { pruneOld, pruneMany } = this.#statements;
    return this.#db.write(() => pruneOld.run(beforeTs).changes + pruneMany.run(maxRows).changes);
  }

  last(count: number): Promise<readonly Refusal[]> {
    return this.#db.read(() => (this.#statements.last.all(count) as RefusalRow[]).map(readRefusal));
  }
}
