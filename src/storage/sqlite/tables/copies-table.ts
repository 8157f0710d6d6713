import type { PendingCopies, PendingStore } from "../../../media/copies/pending-copies.ts";
import { localFile, mediaPath, type StoredMedia } from "../../../media-file.ts";
import { bindCopy, COPIES_SQL, type CopyRow, readCopy } from "../../sql/copies-statements.ts";
import { readDue } from "../../sql/due.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";

/** {@link PendingCopies} in SQLite. */
export class CopiesTable implements PendingCopies {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof COPIES_SQL>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#statements = db.prepare(COPIES_SQL);
  }

  /**
   * Adds local media that these providers are to get. Part of the caller's transaction: the one that commits the
   * media's row.
   */
  add(mediaId: string, providers: readonly string[] | undefined, nowTs: number): void {
    if (providers !== undefined) this.addFile(localFile(mediaId), providers, nowTs);
  }

  /** Like {@link add}, for a file of any kind. */
  addFile(file: StoredMedia, providers: readonly string[], nowTs: number): void {
    for (const provider of providers) this.#statements.insert.run(bindCopy(provider, file, nowTs));
  }

  due(provider: string, nowTs: number, limit: number): Promise<PendingStore[]> {
    const { due, dueAfter } = this.#statements;
    const statements = {
      due: (...bound: number[]) => due.all(provider, ...bound) as CopyRow[],
      dueAfter: (...bound: number[]) => dueAfter.all(provider, ...bound) as CopyRow[],
    };
    return this.#db.read(() => readDue(statements, nowTs, limit).map(readCopy));
  }

  nextDueTs(provider: string, nowTs: number): Promise<number | undefined> {
    return this.#db.read(() => {
      const row = this.#statements.nextDue.get(provider, nowTs) as { readonly next_ts: number | null };
      return row.next_ts ?? undefined;
    });
  }

  async done({ provider, file }: PendingStore): Promise<void> {
    await this.#db.write(() => this.#statements.delete.run(provider, mediaPath(file)));
  }

  async postpone({ provider, file }: PendingStore, nextTs: number): Promise<void> {
    await this.#db.write(() => this.#statements.postpone.run(nextTs, provider, mediaPath(file)));
  }

  counts(): Promise<Map<string, number>> {
    return this.#db.read(() => {
      const rows = this.#statements.counts.all() as { readonly provider: string; readonly files: number }[];
      return new Map(rows.map(({ provider, files }) => [provider, files]));
    });
  }
}
