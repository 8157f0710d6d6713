import type { Stores } from "../stores.ts";
import { AdministrationTable } from "./tables/administration-table.ts";
import { AuditTable } from "./tables/audit-table.ts";
import { CopiesTable } from "./tables/copies-table.ts";
import { DeletionsTable } from "./tables/deletions-table.ts";
import { openSqliteDatabase, type SqliteDatabase, type SqliteOptions } from "./database.ts";
import { GuardTable } from "./tables/guard-table.ts";
import { JobsTable } from "./tables/jobs-table.ts";
import { LeftoversTable } from "./tables/leftovers-table.ts";
import { MediaTable } from "./tables/media-table.ts";
import { PendingTable } from "./tables/pending-table.ts";
import { PicturesTable } from "./tables/pictures-table.ts";
import { QuarantineTable } from "./tables/quarantine-table.ts";
import { RefusalsTable } from "./tables/refusals-table.ts";
import { ThumbnailsTable } from "./tables/thumbnails-table.ts";
import { UsageTable } from "./tables/usage-table.ts";

/** Opens the stores of a SQLite database, brought up to this release's schema. Throws a StartError `STORE`. */
export function openSqliteStores(options: SqliteOptions): SqliteStores {
  return new SqliteStores(openSqliteDatabase(options));
}

/** All stores in one SQLite database. */
export class SqliteStores implements Stores {
  readonly media: MediaTable;
  readonly pending: PendingTable;
  readonly usage: UsageTable;
  readonly copies: CopiesTable;
  readonly thumbnails: ThumbnailsTable;
  readonly pictures: PicturesTable;
  readonly quarantine: QuarantineTable;
  readonly deletions: DeletionsTable;
  readonly refusals: RefusalsTable;
  readonly jobs: JobsTable;
  readonly leftovers: LeftoversTable;
  readonly #db: SqliteDatabase;
  #guard: GuardTable | undefined;
  #audit: AuditTable | undefined;
  #administration: AdministrationTable | undefined;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.usage = new UsageTable(db);
    this.copies = new CopiesTable(db);
    this.thumbnails = new ThumbnailsTable(db, this);
    this.pictures = new PicturesTable(db);
    this.quarantine = new QuarantineTable(db);
    this.deletions = new DeletionsTable(db, this.usage);
    this.jobs = new JobsTable(db);
    this.leftovers = new LeftoversTable(db);
    this.refusals = new RefusalsTable(db);
    this.media = new MediaTable(db, this);
    this.pending = new PendingTable(db, this);
  }

  /** Prepared on demand: a repository without a Synapse behind it does not need it. */
  get guard(): GuardTable {
    return (this.#guard ??= new GuardTable(this.#db));
  }

  /** Prepared on demand: only an audit needs it. */
  get audit(): AuditTable {
    return (this.#audit ??= new AuditTable(this.#db));
  }

  /** Prepared on demand: only administrators need it. */
  get administration(): AdministrationTable {
    return (this.#administration ??= new AdministrationTable(this.#db));
  }

  flushed(): Promise<void> {
    return this.#db.flushed();
  }

  /** As {@link SqliteDatabase.flush}. */
  flush(): Promise<boolean> {
    return this.#db.flush();
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
