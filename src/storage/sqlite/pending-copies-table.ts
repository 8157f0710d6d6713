import type { Database, Statement } from "better-sqlite3";
import type { PendingStore, PendingCopies } from "../../media/copies/pending-copies.ts";
import { localFile, mediaPath, storedMedia, type ThumbnailInfo } from "../../media-file.ts";
import { storeFailed } from "../failure.ts";

const COLUMNS = "provider, server_name, file_id, thumbnail, attempts";

const SQL = {
  add: "insert into media_bridge_pending_stores (provider, path, server_name, file_id, thumbnail, next_ts) values (?, ?, ?, ?, ?, ?) on conflict (provider, path) do update set attempts = 0, next_ts = excluded.next_ts",
  due: `select ${COLUMNS} from media_bridge_pending_stores where provider = ? and next_ts <= ? order by next_ts limit ?`,
  nextDue: "select min(next_ts) as next_ts from media_bridge_pending_stores where provider = ? and next_ts > ?",
  done: "delete from media_bridge_pending_stores where provider = ? and path = ?",
  postpone:
    "update media_bridge_pending_stores set attempts = attempts + 1, next_ts = ? where provider = ? and path = ?",
  counts: "select provider, count(*) as files from media_bridge_pending_stores group by provider",
} as const;

interface PendingRow {
  readonly provider: string;
  readonly server_name: string | null;
  readonly file_id: string;
  readonly thumbnail: string | null;
  readonly attempts: number;
}

type Statements = Record<keyof typeof SQL, Statement>;

/**
 * {@link PendingCopies} in the service's SQLite database. Writes share commits with everything else that is written.
 */
export class SqlitePendingStores implements PendingCopies {
  readonly #statements: Statements;
  readonly #commit: (write: () => void) => Promise<void>;

  /** @param commit Runs a write within the next shared transaction; resolves once that is committed. */
  constructor(db: Database, commit: (write: () => void) => Promise<void>) {
    const prepared = Object.entries(SQL).map(([name, text]) => [name, db.prepare(text)]);
    this.#statements = Object.fromEntries(prepared) as Statements;
    this.#commit = commit;
  }

  /**
   * Local media that these providers are to get. Part of the caller's transaction: the one that commits the media's
   * row.
   */
  add(mediaId: string, providers: readonly string[] | undefined, nowTs: number): void {
    if (providers === undefined) return;
    const file = localFile(mediaId);
    const { serverName, fileId } = file;
    const path = mediaPath(file);
    for (const provider of providers) this.#statements.add.run(provider, path, serverName, fileId, null, nowTs);
  }

  async due(provider: string, nowTs: number, limit: number): Promise<PendingStore[]> {
    return (this.#read("due", provider, nowTs, limit) as PendingRow[]).map(readPending);
  }

  async nextDueTs(provider: string, nowTs: number): Promise<number | undefined> {
    const [row] = this.#read("nextDue", provider, nowTs) as { next_ts: number | null }[];
    return row?.next_ts ?? undefined;
  }

  done({ provider, file }: PendingStore): Promise<void> {
    return this.#commit(() => this.#statements.done.run(provider, mediaPath(file)));
  }

  postpone({ provider, file }: PendingStore, nextTs: number): Promise<void> {
    return this.#commit(() => this.#statements.postpone.run(nextTs, provider, mediaPath(file)));
  }

  async counts(): Promise<Map<string, number>> {
    const rows = this.#read("counts") as { provider: string; files: number }[];
    return new Map(rows.map(({ provider, files }) => [provider, files]));
  }

  #read(statement: keyof typeof SQL, ...parameters: unknown[]): unknown[] {
    try {
      return this.#statements[statement].all(...parameters);
    } catch (error) {
      throw storeFailed(error);
    }
  }
}

/** The path is not read back: it follows from the rest. */
function readPending({ provider, server_name, file_id, thumbnail, attempts }: PendingRow): PendingStore {
  const parsed = thumbnail === null ? null : (JSON.parse(thumbnail) as ThumbnailInfo);
  return { provider, file: storedMedia({ serverName: server_name, fileId: file_id, thumbnail: parsed }), attempts };
}
