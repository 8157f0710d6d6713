import type { Database } from "better-sqlite3";
import type { Logger } from "../../util/log.ts";
import { storeFailed } from "../failure.ts";
import { Checkpoints } from "./checkpoints.ts";
import { SqliteConnection } from "./connection.ts";
import { GroupCommit } from "./group-commit.ts";
import { openDatabase } from "./open-database.ts";
import { Reader } from "./threads/reader.ts";
import { LogFlush } from "./wal-sync.ts";

/** Where a database is, and how it is kept. */
export interface SqliteOptions {
  /** The database file; it and its folder are made where they do not exist. */
  readonly path: string;
  readonly log: Logger;
  /**
   * Whether {@link SqliteDatabase.flushed} waits for the disk (`full`, the default), or leaves that to the flush every
   * few seconds.
   */
  readonly durability?: "full" | "relaxed";
}

/** Opens the service's database, brought up to this release's schema. Throws a StartError `STORE`. */
export function openSqliteDatabase(options: SqliteOptions): SqliteDatabase {
  return new SqliteDatabase(openDatabase(options), options);
}

/** The service's SQLite database: short reads and shared commits on the event loop, long reads and
 * every flush to disk on threads. */
export class SqliteDatabase extends SqliteConnection {
  /** Reads what takes longer than a turn of the event loop may. */
  readonly reader: Reader;
  readonly #commits: GroupCommit;
  readonly #checkpoints: Checkpoints;
  readonly #logFlush: LogFlush | undefined;

  constructor(db: Database, { path, log, durability }: SqliteOptions) {
    super(db);
    this.reader = new Reader(path);
    const writeAll = db.transaction((group: readonly (() => void)[]) => {
      for (const write of group) write();
    });
    this.#commits = new GroupCommit((group) => {
      writeAll.immediate(group);
      this.#checkpoints.count(group.length);
    });
    this.#checkpoints = new Checkpoints(path, this.#commits, log);
    if (durability !== "relaxed") this.#logFlush = new LogFlush(`${path}-wal`, () => this.flush());
  }

  /**
   * Runs `write` within the next shared transaction; resolves with its result once that is committed. It may be called
   * more than once, each time on the rows as they were. Rejects with `STORE_FAILED` or `STORE_BUSY`.
   */
  async write<T>(write: () => T): Promise<T> {
    try {
      return await this.#commits.add(write);
    } catch (error) {
      throw storeFailed(error);
    }
  }

  /** As `MediaStores.flushed`. */
  async flushed(): Promise<void> {
    try {
      await this.#logFlush?.run();
    } catch (error) {
      throw storeFailed(error);
    }
  }

  /**
   * Moves what is committed into the database file, on disk, on a thread; commits wait until it ends. False where that
   * failed.
   */
  flush(): Promise<boolean> {
    return this.#checkpoints.flush();
  }

  override async close(): Promise<void> {
    await this.#commits.drained();
    await this.#checkpoints.stop();
    await this.#logFlush?.close();
    await this.reader.close();
    await super.close();
    await this.#checkpoints.close();
  }
}
