import type { Database, Statement } from "better-sqlite3";

const SQL = {
  deleteMedia: "delete from local_media_repository where media_id = ?",
  emptyMedia:
    "update local_media_repository set media_type = null, media_length = null, upload_name = null, sha256 = null where media_id = ?",
  deleteUpload: "delete from media_bridge_uploads where media_id = ?",
} as const;

/** Takes back media whose upload failed after its row was committed. To be called inside a transaction. */
export class Withdrawals {
  readonly #deleteMedia: Statement;
  readonly #emptyMedia: Statement;
  readonly #deleteUpload: Statement;

  constructor(db: Database) {
    this.#deleteMedia = db.prepare(SQL.deleteMedia);
    this.#emptyMedia = db.prepare(SQL.emptyMedia);
    this.#deleteUpload = db.prepare(SQL.deleteUpload);
  }

  /** Where `keepsId` the row stays as it was created, without content. */
  withdraw(mediaId: string, { keepsId }: { readonly keepsId: boolean }): void {
    (keepsId ? this.#emptyMedia : this.#deleteMedia).run(mediaId);
    this.#deleteUpload.run(mediaId);
  }
}
