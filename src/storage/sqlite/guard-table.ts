import type { Database, Statement } from "better-sqlite3";
import type { CreatedId, KnownUsage, UpstreamMedia, GuardRecords } from "../../guard/records.ts";
import { storeFailed } from "../failure.ts";

/** Stands for every user without a row of their own. No user id looks like it. */
const EVERYBODY = "*";

const SQL = {
  begin: "insert into media_bridge_upstream_pending (upload_id, user_id, started_ts) values (?, ?, ?)",
  forget: "delete from media_bridge_upstream_pending where upload_id = ?",
  doubt: "insert into media_bridge_upstream_pending (upload_id, user_id, started_ts, doubted_ts) values (?, ?, ?, ?)",
  doubtAll: "update media_bridge_upstream_pending set doubted_ts = ? where doubted_ts is null",
  resolve: "delete from media_bridge_upstream_pending where user_id = ? and doubted_ts < ?",
  isDoubted: "select 1 from media_bridge_upstream_pending where user_id = ? and doubted_ts is not null limit 1",
  addMedia:
    "insert into media_bridge_uploads (media_id, user_id, uploaded_ts, media_length, sha256) values (?, ?, ?, ?, ?) on conflict (media_id) do nothing",
  addCreated: "insert or replace into media_bridge_upstream_created (media_id, user_id, expires_ts) values (?, ?, ?)",
  dropExpired: "delete from media_bridge_upstream_created where expires_ts < ?",
  created: "select user_id, expires_ts from media_bridge_upstream_created where media_id = ?",
  isUploaded: "select 1 from media_bridge_uploads where media_id = ?",
  lastRead: "select since_ts, read_ts from media_bridge_usage where user_id = ?",
  markRead:
    "insert into media_bridge_usage (user_id, since_ts, read_ts) values (?, ?, ?) on conflict (user_id) do update set since_ts = excluded.since_ts, read_ts = excluded.read_ts",
  unfinished: "select started_ts from media_bridge_usage_import where finished_ts is null",
  clearImports: "delete from media_bridge_usage_import",
  startImport: "insert into media_bridge_usage_import (started_ts) values (?)",
  finishImport: "update media_bridge_usage_import set finished_ts = ?",
} as const;

interface UsageRow {
  readonly since_ts: number;
  readonly read_ts: number;
}

/** {@link GuardRecords} in the service's SQLite database. Writes share commits with everything else that is written. */
export class SqliteGuardRecords implements GuardRecords {
  readonly #statements: Record<keyof typeof SQL, Statement>;
  readonly #commit: (write: () => void) => Promise<void>;
  /** Users with a doubt that could not be recorded, and since when. At the next start their notes are doubts. */
  readonly #unrecorded = new Map<string, number>();

  /** @param commit Runs a write within the next shared transaction; resolves once that is committed. */
  constructor(db: Database, commit: (write: () => void) => Promise<void>) {
    const prepared = Object.entries(SQL).map(([name, text]) => [name, db.prepare(text)]);
    this.#statements = Object.fromEntries(prepared) as Record<keyof typeof SQL, Statement>;
    this.#commit = commit;
  }

  begin(noteId: string, userId: string, startedTs: number): Promise<void> {
    return this.#commit(() => this.#statements.begin.run(noteId, userId, startedTs));
  }

  settle(media: UpstreamMedia): Promise<void> {
    const settled = this.#commit(() => this.#add(media));
    return this.#orDoubt(settled, media.userId, Date.now());
  }

  forget(noteIds: readonly string[]): Promise<void> {
    return this.#commit(() => {
      for (const noteId of noteIds) this.#statements.forget.run(noteId);
    });
  }

  doubt(noteId: string, userId: string, doubtedTs: number): Promise<void> {
    return this.#orDoubt(
      this.#commit(() => this.#statements.doubt.run(noteId, userId, doubtedTs, doubtedTs)),
      userId,
      doubtedTs,
    );
  }

  async doubtAll(doubtedTs: number): Promise<number> {
    let doubted = 0;
    await this.#commit(() => {
      doubted = this.#statements.doubtAll.run(doubtedTs).changes;
    });
    return doubted;
  }

  addCreated(mediaId: string, userId: string, expiresTs: number): Promise<void> {
    return this.#commit(() => {
      this.#statements.dropExpired.run(Date.now());
      this.#statements.addCreated.run(mediaId, userId, expiresTs);
    });
  }

  async created(mediaId: string): Promise<CreatedId | undefined> {
    const row = this.#read("created", mediaId) as { user_id: string; expires_ts: number } | undefined;
    if (row === undefined) return undefined;
    const isUploaded = this.#read("isUploaded", mediaId) !== undefined;
    return { userId: row.user_id, expiresTs: row.expires_ts, isUploaded };
  }

  async isKnown(userId: string, sinceTs: number): Promise<boolean> {
    const known = this.#lastRead(userId) ?? this.#lastRead(EVERYBODY);
    if (known === undefined || known.sinceTs > sinceTs || this.#unrecorded.has(userId)) return false;
    return this.#read("isDoubted", userId) === undefined;
  }

  async lastRead(userId: string): Promise<KnownUsage | undefined> {
    return this.#lastRead(userId);
  }

  addMedia(media: readonly UpstreamMedia[]): Promise<void> {
    return this.#commit(() => {
      for (const item of media) this.#add(item);
    });
  }

  async markRead(userId: string, { sinceTs, readTs }: KnownUsage, settledTs: number): Promise<void> {
    await this.#commit(() => {
      this.#statements.markRead.run(userId, sinceTs, readTs);
      this.#statements.resolve.run(userId, settledTs);
    });
    if ((this.#unrecorded.get(userId) ?? Infinity) < settledTs) this.#unrecorded.delete(userId);
  }

  async unfinishedImport(): Promise<number | undefined> {
    return (this.#read("unfinished") as { started_ts: number } | undefined)?.started_ts;
  }

  startImport(startedTs: number): Promise<void> {
    return this.#commit(() => {
      this.#statements.clearImports.run();
      this.#statements.startImport.run(startedTs);
    });
  }

  finishImport(startedTs: number): Promise<void> {
    return this.#commit(() => {
      this.#statements.finishImport.run(Date.now());
      this.#statements.markRead.run(EVERYBODY, 0, startedTs);
    });
  }

  /** What cannot be recorded of a user's upload is a doubt that is not recorded either. */
  async #orDoubt(written: Promise<void>, userId: string, doubtedTs: number): Promise<void> {
    try {
      await written;
    } catch (error) {
      this.#unrecorded.set(userId, doubtedTs);
      throw error;
    }
  }

  #add({ mediaId, userId, uploadedTs, mediaLength, sha256 }: UpstreamMedia): void {
    this.#statements.addMedia.run(mediaId, userId, uploadedTs, mediaLength, sha256);
  }

  #lastRead(userId: string): KnownUsage | undefined {
    const row = this.#read("lastRead", userId) as UsageRow | undefined;
    return row && { sinceTs: row.since_ts, readTs: row.read_ts };
  }

  #read(statement: keyof typeof SQL, ...parameters: unknown[]): unknown {
    try {
      return this.#statements[statement].get(...parameters);
    } catch (error) {
      throw storeFailed(error);
    }
  }
}
