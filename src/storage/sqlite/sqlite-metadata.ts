import { statSync } from "node:fs";
import type Database from "better-sqlite3";
import type { AccessRows } from "../../media/download/access-times.ts";
import type {
  LocalMedia,
  MediaMetadata,
  NewLocalMedia,
  PendingAllowance,
  PendingCreation,
  PendingMedia,
  UploadedMedia,
} from "../../media/metadata.ts";
import type { GuardRecords } from "../../guard/records.ts";
import type { Logger } from "../../util/log.ts";
import { storeFailed } from "../failure.ts";
import { Checkpointer } from "./threads/checkpointer.ts";
import { GroupCommit } from "./group-commit.ts";
import { LogFlush } from "./wal-sync.ts";
import { PendingRows } from "./pending-rows.ts";
import { SqlitePendingStores } from "./pending-copies-table.ts";
import { bindMedia, bindUpload, type MediaRow, readMedia, SQL } from "../sql/media-statements.ts";
import { openDatabase } from "./open-database.ts";
import { SqliteGuardRecords } from "./guard-table.ts";
import { Withdrawals } from "./withdrawals.ts";

export interface SqliteMetadataOptions {
  /** The database file; it and its folder are made where they do not exist. */
  readonly path: string;
  readonly log: Logger;
  /** Whether {@link SqliteMetadata.flushed} waits for the disk (`full`, the default), or leaves that to the flush every few seconds. */
  readonly durability?: "full" | "relaxed";
}

/** How much a loss of power may take at most: what was committed since the last flush to disk. */
const FLUSH_AFTER_MS = 5_000;
const FLUSH_AFTER_ROWS = 2_000;

/** Opens the SQLite database of media rows, brought up to this release's schema. Throws a StartError `STORE`. */
export function openSqliteMetadata(options: SqliteMetadataOptions): SqliteMetadata {
  return new SqliteMetadata(openDatabase(options), options);
}

/** Rows about media in SQLite: prepared statements on the event loop, every flush to disk on a thread. */
export class SqliteMetadata implements MediaMetadata, AccessRows {
  readonly #db: Database.Database;
  /** Files that storage providers have still to store, in the same database. */
  readonly pendingCopies: SqlitePendingStores;
  readonly #commits: GroupCommit;
  readonly #pending: PendingRows;
  readonly #insertMedia: Database.Statement;
  readonly #insertUpload: Database.Statement;
  readonly #touchMedia: Database.Statement<[number, string]>;
  readonly #checkpointer: Checkpointer;
  readonly #selectMedia: Database.Statement<[string], MediaRow>;
  readonly #sumUploads: Database.Statement<[string, number, number], number | null>;
  #unflushedRows = 0;
  #flushTimer: NodeJS.Timeout | undefined;
  #flushing: Promise<boolean> | undefined;
  readonly #logFlush: LogFlush | undefined;
  readonly #withdrawals: Withdrawals;
  readonly #logPath: string;
  readonly #othersTimer: NodeJS.Timeout;
  #flushedLog = "";
  #guardRecords: GuardRecords | undefined;

  constructor(db: Database.Database, { path, log, durability }: SqliteMetadataOptions) {
    this.#db = db;
    this.#logPath = `${path}-wal`;
    this.#othersTimer = setInterval(() => this.#flushOthers(), FLUSH_AFTER_MS).unref();
    if (durability !== "relaxed") this.#logFlush = new LogFlush(this.#logPath, () => this.flush());
    this.#withdrawals = new Withdrawals(db);
    this.#checkpointer = new Checkpointer(path, log);
    this.#selectMedia = db.prepare(SQL.selectMedia);
    this.#sumUploads = db.prepare<[string, number, number], number | null>(SQL.sumUploads).pluck();
    this.#insertMedia = db.prepare(SQL.insertMedia);
    this.#insertUpload = db.prepare(SQL.insertUpload);
    this.#pending = new PendingRows(db);
    this.#touchMedia = db.prepare(SQL.touchMedia);
    this.pendingCopies = new SqlitePendingStores(db, (write) => this.#commit(write));
    const writeAll = db.transaction((group: readonly (() => void)[]) => {
      for (const write of group) write();
    });
    this.#commits = new GroupCommit((group) => {
      writeAll.immediate(group);
      this.#countUnflushed(group.length);
    });
  }

  insertLocalMedia(media: NewLocalMedia): Promise<void> {
    return this.#commit(() => {
      this.#insertMedia.run(bindMedia(media));
      this.#insertUpload.run(bindUpload({ ...media, uploadedTs: media.createdTs }));
      this.pendingCopies.add(media.mediaId, media.copyLater, media.createdTs);
    });
  }

  createPendingMedia(
    media: Omit<PendingMedia, "quarantinedBy"> & { readonly userId: string },
    allowance: PendingAllowance,
  ): Promise<PendingCreation> {
    return this.#commit(() => this.#pending.create(media, allowance));
  }

  fillPendingMedia(media: UploadedMedia): Promise<boolean> {
    return this.#commit(() => {
      const filled = this.#pending.fill(media);
      if (filled) this.pendingCopies.add(media.mediaId, media.copyLater, media.uploadedTs);
      return filled;
    });
  }

  async flushed(): Promise<void> {
    try {
      await this.#logFlush?.run();
    } catch (error) {
      throw storeFailed(error);
    }
  }

  withdrawMedia(mediaId: string, options: { readonly keepsId: boolean }): Promise<void> {
    return this.#commit(() => this.#withdrawals.withdraw(mediaId, options));
  }

  async pendingMedia(mediaId: string): Promise<PendingMedia | undefined> {
    try {
      return this.#pending.find(mediaId);
    } catch (error) {
      throw storeFailed(error);
    }
  }

  /** What is remembered of uploads that were handed on, in the same database. */
  guardRecords(): GuardRecords {
    this.#guardRecords ??= new SqliteGuardRecords(this.#db, (write) => this.#commit(write));
    return this.#guardRecords;
  }

  touchLocalMedia(mediaIds: readonly string[], accessTs: number): Promise<void> {
    return this.#commit(() => {
      for (const mediaId of mediaIds) this.#touchMedia.run(accessTs, mediaId);
    });
  }

  async localMedia(mediaId: string): Promise<LocalMedia | undefined> {
    try {
      const row = this.#selectMedia.get(mediaId);
      return row && readMedia(row);
    } catch (error) {
      throw storeFailed(error);
    }
  }

  async uploadedBytes(userId: string, sinceTs: readonly number[]): Promise<number[]> {
    try {
      return this.#sumPeriods(userId, sinceTs);
    } catch (error) {
      throw storeFailed(error);
    }
  }

  /** Moves what is committed into the database file, on disk, on a thread; commits wait meanwhile. False where that failed. */
  flush(): Promise<boolean> {
    this.#flushing ??= this.#checkpoint().finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  async close(): Promise<void> {
    await this.#commits.drained();
    clearTimeout(this.#flushTimer);
    clearInterval(this.#othersTimer);
    await this.#flushing;
    await this.#logFlush?.close();
    this.#db.close();
    await this.#checkpointer.close();
  }

  async #commit<T>(write: () => T): Promise<T> {
    try {
      return await this.#commits.add(write);
    } catch (error) {
      throw storeFailed(error);
    }
  }

  /** Periods overlap: from the shortest to the longest, each adds only what the one before has not seen. */
  #sumPeriods(userId: string, sinceTs: readonly number[]): number[] {
    const sums = new Map<number, number>();
    let bytes = 0;
    let untilTs = Number.MAX_SAFE_INTEGER;
    for (const since of sinceTs.toSorted((a, b) => b - a)) {
      bytes += this.#sumUploads.get(userId, since, untilTs) ?? 0;
      sums.set(since, bytes);
      untilTs = since;
    }
    return sinceTs.map((since) => sums.get(since) ?? 0);
  }

  #countUnflushed(rows: number): void {
    this.#unflushedRows += rows;
    if (this.#unflushedRows >= FLUSH_AFTER_ROWS) void this.flush();
    this.#flushTimer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  async #checkpoint(): Promise<boolean> {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#unflushedRows = 0;
    // A commit between the end of the checkpoint and the thread's own write would flush the log's head on the event loop.
    this.#commits.hold();
    const succeeded = await this.#checkpointer.run();
    this.#flushedLog = this.#describeLog();
    this.#commits.release();
    return succeeded;
  }

  /** Modules write to the database by connections of their own, and leave flushing to this one. */
  #flushOthers(): void {
    if (this.#flushTimer === undefined && this.#describeLog() !== this.#flushedLog) void this.flush();
  }

  #describeLog(): string {
    const found = statSync(this.#logPath, { throwIfNoEntry: false });
    return found === undefined ? "" : `${found.size} ${found.mtimeMs}`;
  }
}
