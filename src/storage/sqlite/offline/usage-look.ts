import type { Database } from "better-sqlite3";
import type { RecordedUsage } from "../../../guard/unrecorded-usage.ts";
import { EVERYBODY, GUARD_SQL, type UsageRow } from "../../sql/guard-statements.ts";
import { USAGE_LOOK_SQL } from "../../sql/media/usage-statements.ts";
import { SqliteConnection, type Statements } from "../connection.ts";
import { describeReadFailure, openExistingDatabase } from "./existing-database.ts";
import { UsageTable } from "../tables/usage-table.ts";

const SQL = { ...USAGE_LOOK_SQL, lastRead: GUARD_SQL.lastRead } as const;

/** What users have uploaded by the database of a service, by a connection that reads alone. */
export class SqliteUsageLook implements RecordedUsage {
  readonly #path: string;
  readonly #db: Database;
  readonly #usage: UsageTable;
  readonly #statements: Statements<typeof SQL>;

  /** Opens the database. Throws a StartError `STORE`. */
  constructor(path: string) {
    this.#path = path;
    this.#db = openExistingDatabase(path, { mayWrite: false });
    const connection = new SqliteConnection(this.#db);
    this.#usage = new UsageTable(connection);
    this.#statements = connection.prepare(SQL);
  }

  async uploadedBytes(userId: string, sinceTs: readonly number[]): Promise<number[]> {
    try {
      return await this.#usage.uploadedBytes(userId, sinceTs);
    } catch (error) {
      throw describeReadFailure((error as Error).cause ?? error, this.#path);
    }
  }

  async isKnown(userId: string, sinceTs: number): Promise<boolean> {
    return this.#read(() => {
      const { lastRead, isUnderWay } = this.#statements;
      const known = (lastRead.get(userId) ?? lastRead.get(EVERYBODY)) as UsageRow | undefined;
      return known !== undefined && known.since_ts <= sinceTs && isUnderWay.get(userId) === undefined;
    });
  }

  async countedIds(userId: string, sinceTs: number): Promise<ReadonlySet<string>> {
    return this.#read(() => new Set(this.#statements.counted.pluck().all(userId, sinceTs) as string[]));
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #read<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw describeReadFailure(error, this.#path);
    }
  }
}
