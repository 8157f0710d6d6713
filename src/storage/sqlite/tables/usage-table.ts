import type { UsageSums } from "../../../media/stores.ts";
import { bindUsage, type CountedMedia, USAGE_SQL } from "../../sql/media/usage-statements.ts";
import type { SqliteConnection, Statements } from "../connection.ts";

/** {@link UsageSums} in SQLite. */
export class UsageTable implements UsageSums {
  readonly #db: SqliteConnection;
  readonly #statements: Statements<typeof USAGE_SQL>;

  constructor(db: SqliteConnection) {
    this.#db = db;
    this.#statements = db.prepare(USAGE_SQL);
  }

  uploadedBytes(userId: string, sinceTs: readonly number[]): Promise<number[]> {
    return this.#db.read(() => this.#sumPeriods(userId, sinceTs));
  }

  /** Counts media from now on. Part of the caller's transaction: the one that commits the media's row. */
  add(media: CountedMedia, uploadedTs: number): void {
    this.#statements.insert.run(bindUsage(media, uploadedTs));
  }

  /** Stops counting media. Part of the caller's transaction. */
  remove(mediaId: string): void {
    this.#statements.delete.run(mediaId);
  }

  /** Periods overlap: from the shortest to the longest, each adds only what the one before did not cover. */
  #sumPeriods(userId: string, sinceTs: readonly number[]): number[] {
    const sums = new Map<number, number>();
    let bytes = 0;
    let untilTs = Number.MAX_SAFE_INTEGER;
    for (const since of sinceTs.toSorted((a, b) => b - a)) {
      const sum = this.#statements.sum.get(userId, since, untilTs) as { readonly bytes: number | null };
      bytes += sum.bytes ?? 0;
      sums.set(since, bytes);
      untilTs = since;
    }
    return sinceTs.map((since) => sums.get(since) ?? 0);
  }
}
