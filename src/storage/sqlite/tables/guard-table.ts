import type { CreatedId, GuardRecords, KnownUsage, UpstreamMedia } from "../../../guard/records.ts";
import {
  bindUpstreamMedia,
  type CreatedRow,
  EVERYBODY,
  GUARD_SQL,
  readCreated,
  readUsage,
  type UsageRow,
} from "../../sql/guard-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";

/** {@link GuardRecords} in SQLite. */
export class GuardTable implements GuardRecords {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof GUARD_SQL>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#statements = db.prepare(GUARD_SQL);
  }

  async begin(noteId: string, userId: string, startedTs: number): Promise<void> {
    await this.#db.write(() => this.#statements.begin.run(noteId, userId, startedTs));
  }

  settle(media: UpstreamMedia): Promise<void> {
    return this.addMedia([media]);
  }

  forget(noteIds: readonly string[]): Promise<void> {
    return this.#db.write(() => {
      for (const noteId of noteIds) this.#statements.forget.run(noteId);
    });
  }

  async doubt(noteId: string, userId: string, doubtedTs: number): Promise<void> {
    await this.#db.write(() => this.#statements.doubt.run(noteId, userId, doubtedTs, doubtedTs));
  }

  doubtAll(doubtedTs: number): Promise<number> {
    return this.#db.write(() => this.#statements.doubtAll.run(doubtedTs).changes);
  }

  addCreated(mediaId: string, userId: string, expiresTs: number): Promise<void> {
    return this.#db.write(() => {
      this.#statements.dropExpired.run(Date.now());
      this.#statements.addCreated.run(mediaId, userId, expiresTs);
    });
  }

  created(mediaId: string): Promise<CreatedId | undefined> {
    return this.#db.read(() => {
      const row = this.#statements.created.get(mediaId) as CreatedRow | undefined;
      return row && readCreated(row, this.#statements.isUploaded.get(mediaId) !== undefined);
    });
  }

  isKnown(userId: string, sinceTs: number): Promise<boolean> {
    return this.#db.read(() => {
      const known = this.#lastRead(userId) ?? this.#lastRead(EVERYBODY);
      if (known === undefined || known.sinceTs > sinceTs) return false;
      return this.#statements.isDoubted.get(userId) === undefined;
    });
  }

  lastRead(userId: string): Promise<KnownUsage | undefined> {
    return this.#db.read(() => this.#lastRead(userId));
  }

  addMedia(media: readonly UpstreamMedia[]): Promise<void> {
    return this.#db.write(() => {
      for (const item of media) this.#statements.addMedia.run(bindUpstreamMedia(item));
    });
  }

  markRead(userId: string, { sinceTs, readTs }: KnownUsage, settledTs: number): Promise<void> {
    return this.#db.write(() => {
      this.#statements.markRead.run(userId, sinceTs, readTs);
      this.#statements.resolve.run(userId, settledTs);
    });
  }

  unfinishedImport(): Promise<number | undefined> {
    return this.#db.read(() => {
      const row = this.#statements.unfinishedImport.get() as { readonly started_ts: number } | undefined;
      return row?.started_ts;
    });
  }

  startImport(startedTs: number): Promise<void> {
    return this.#db.write(() => {
      this.#statements.clearImports.run();
      this.#statements.startImport.run(startedTs);
    });
  }

  finishImport(startedTs: number): Promise<void> {
    return this.#db.write(() => {
      this.#statements.finishImport.run(Date.now());
      this.#statements.markRead.run(EVERYBODY, 0, startedTs);
    });
  }

  #lastRead(userId: string): KnownUsage | undefined {
    const row = this.#statements.lastRead.get(userId) as UsageRow | undefined;
    return row && readUsage(row);
  }
}
