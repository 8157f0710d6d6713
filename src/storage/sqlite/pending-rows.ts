import type { Database, Statement } from "better-sqlite3";
import type { PendingAllowance, PendingCreation, PendingMedia, UploadedMedia } from "../../media/metadata.ts";
import { bindUpload, SQL } from "../sql/media-statements.ts";

/** The statements about media ids without content. */
export const PENDING_SQL = {
  insertPending:
    'insert into "local_media_repository" ("media_id", "created_ts", "user_id", "authenticated") values (?, ?, ?, ?)',
  selectPending:
    'select "media_id", "created_ts", "user_id", "quarantined_by", "authenticated" from "local_media_repository" where "media_id" = ? and "media_length" is null',
  countPending:
    'select count(*) as "pending", min("created_ts") as "oldest" from "local_media_repository" where "user_id" = ? and "created_ts" > ? and "media_length" is null',
  fillPending:
    'update "local_media_repository" set "media_type" = ?, "media_length" = ?, "upload_name" = ?, "sha256" = ? where "media_id" = ? and "media_length" is null',
} as const;

type NewPendingMedia = Omit<PendingMedia, "quarantinedBy"> & { readonly userId: string };

/** Parameters of `insertPending`, in the order of its text. */
export function bindPending({ mediaId, createdTs, userId, authenticated }: NewPendingMedia): unknown[] {
  return [mediaId, createdTs, userId, Number(authenticated)];
}

/** Parameters of `fillPending`, in the order of its text. */
export function bindFill({ mediaType, mediaLength, uploadName, sha256, mediaId }: UploadedMedia): unknown[] {
  return [mediaType, mediaLength, uploadName, sha256, mediaId];
}

interface PendingRow {
  readonly media_id: string;
  readonly created_ts: number;
  readonly user_id: string | null;
  readonly quarantined_by: string | null;
  readonly authenticated: number;
}

/** Rows of media ids without content. What writes is to be called inside a transaction. */
export class PendingRows {
  readonly #insert: Statement;
  readonly #select: Statement<[string], PendingRow>;
  readonly #count: Statement<[string, number], { pending: number; oldest: number | null }>;
  readonly #fill: Statement;
  readonly #insertUpload: Statement;

  constructor(db: Database) {
    this.#insert = db.prepare(PENDING_SQL.insertPending);
    this.#select = db.prepare(PENDING_SQL.selectPending);
    this.#count = db.prepare(PENDING_SQL.countPending);
    this.#fill = db.prepare(PENDING_SQL.fillPending);
    this.#insertUpload = db.prepare(SQL.insertUpload);
  }

  create(media: NewPendingMedia, { maxPending, expiredTs }: PendingAllowance): PendingCreation {
    const { pending = 0, oldest = null } = this.#count.get(media.userId, expiredTs) ?? {};
    if (pending >= maxPending) return { created: false, oldestCreatedTs: oldest };
    this.#insert.run(bindPending(media));
    return { created: true };
  }

  find(mediaId: string): PendingMedia | undefined {
    const row = this.#select.get(mediaId);
    return (
      row && {
        mediaId: row.media_id,
        createdTs: row.created_ts,
        userId: row.user_id,
        quarantinedBy: row.quarantined_by,
        authenticated: row.authenticated !== 0,
      }
    );
  }

  fill(media: UploadedMedia): boolean {
    if (this.#fill.run(bindFill(media)).changes === 0) return false;
    this.#insertUpload.run(bindUpload(media));
    return true;
  }
}
