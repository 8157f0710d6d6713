import { readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setImmediate } from "node:timers/promises";
import Database from "better-sqlite3";
import type { Told } from "../../../src/callbacks/chain.ts";
import { storedMedia, type StoredMedia } from "../../../src/media-file.ts";
import type { BlobStore } from "../../../src/media/blobs.ts";
import { ProviderCopies } from "../../../src/media/copies/provider-copies.ts";
import type { StorageProvider } from "../../../src/media/copies/provider.ts";
import { MediaRestorer } from "../../../src/media/copies/restorer.ts";
import { StoresUnderWay } from "../../../src/media/copies/stores-under-way.ts";
import { MediaDeletion } from "../../../src/media/deletion/media-deletion.ts";
import { openFilesystemBlobs } from "../../../src/storage/files/filesystem-blobs.ts";
import { openSqliteStores, type SqliteStores } from "../../../src/storage/sqlite/sqlite-stores.ts";
import { type Clock, SYSTEM_CLOCK } from "../../../src/util/clock.ts";
import { storeBlob } from "../../contract/blobs/blob-bodies.ts";
import { newMedia } from "../../contract/media-rows.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { captureLog, type CapturedLog } from "../../support/captured-log.ts";

export const THUMBNAIL = { width: 32, height: 32, method: "crop", type: "image/png", length: 6 } as const;
/** In milliseconds. */
export const PACE = { firstRetryMs: 2, lastRetryMs: 8 };

/** A deletion over real rows and files, which can be opened again as the next process does. */
export class DeletingStore {
  stores!: SqliteStores;
  blobs!: BlobStore;
  log!: CapturedLog;
  deletion!: MediaDeletion;
  /** The ids of which modules were told since it was opened. */
  told: string[] = [];
  /** The ids whose waiting downloads were woken since it was opened. */
  woken: string[] = [];
  readonly chain = { tell: this.#tell.bind(this) } as unknown as Parameters<MediaDeletion["use"]>[0]["chain"];
  readonly #folder = createTemporaryFolder();
  readonly databasePath = join(this.#folder, "media.db");
  readonly #store = join(this.#folder, "media");
  readonly #underWay = new StoresUnderWay();

  readonly #clock: Clock;

  /** @param clock by which deletions are tried again; absent: the machine's */
  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
    this.open();
  }

  open(): void {
    const log = captureLog();
    this.log = log;
    this.stores = openSqliteStores({ path: this.databasePath, log });
    this.blobs = openFilesystemBlobs({
      mediaStorePath: this.#store,
      uploadsFolder: join(this.#folder, "uploads"),
      log,
    });
    this.told = [];
    this.woken = [];
    const waits = { wake: (mediaId: string) => void this.woken.push(mediaId) };
    const { stores, blobs } = this;
    this.deletion = new MediaDeletion({ stores, blobs, waits, clock: this.#clock, log, pace: PACE });
  }

  async close(): Promise<void> {
    await this.deletion.close();
    await this.stores.close();
    await this.blobs.close();
  }

  /** Resolves once nothing is left in the journal. */
  async emptied(): Promise<void> {
    while ((await this.stores.deletions.count()) > 0) {
      await this.deletion.idle();
      await setImmediate();
    }
  }

  async upload(mediaId: string, copyLater?: readonly string[]): Promise<void> {
    await storeBlob(this.blobs, mediaId, Buffer.from(`content of ${mediaId}`));
    await this.stores.media.insert(newMedia({ mediaId, ...(copyLater && { copyLater }) }));
  }

  async makeThumbnail(mediaId: string, width: number): Promise<StoredMedia> {
    const file = storedMedia({ fileId: mediaId, thumbnail: { ...THUMBNAIL, width } });
    const spool = await this.blobs.spool(file);
    writeFileSync(spool.path, "pixels");
    await spool.publish();
    await spool.discard();
    return file;
  }

  /** The row of a thumbnail, as the code that makes thumbnails writes it. */
  addRow(mediaId: string, width: number): void {
    const database = new Database(this.databasePath, { timeout: 5_000 });
    database
      .prepare("insert into local_media_repository_thumbnails values (?, ?, 32, 'image/png', 'crop', 6)")
      .run(mediaId, width);
    database.close();
  }

  rowsOf(table: string): number {
    const database = new Database(this.databasePath, { readonly: true });
    const { count } = database.prepare(`select count(*) as count from ${table}`).get() as { count: number };
    database.close();
    return count;
  }

  /** Provider copies as the service has them, over these providers. */
  copiesOf(...all: StorageProvider[]): ProviderCopies {
    const { stores, blobs, log } = this;
    const providers = { all, fetch: async () => false };
    const restorer = new MediaRestorer(providers, blobs, stores.media);
    return new ProviderCopies({ providers, stores, blobs, restorer, underWay: this.#underWay, log });
  }

  /** Files of media and of thumbnails on disk. */
  files(): string[] {
    return readdirSync(this.#store, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.#store, join(entry.parentPath, entry.name)));
  }

  async #tell({ args: [mediaId] }: { args: [string] }): Promise<Told> {
    this.told.push(mediaId);
    return { unheard: [], ended: [], late: [] };
  }
}
