import {
  SYSTEM,
  type QuarantineChange,
  type QuarantineCount,
  type QuarantineRows,
  type Quarantining,
} from "../../../media/quarantine/quarantine-rows.ts";
import type { UploadedMedia } from "../../../media/media-rows.ts";
import {
  type ChangeRow,
  type MatchingCount,
  QUARANTINE_SQL,
  type QuarantineRow,
  readChange,
} from "../../sql/media/quarantine-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";

/** How many ids one commit concerns: a turn of the event loop must stay short. */
const IDS_AT_ONCE = 100;
/** The process that Synapse names in its list of changes. */
const INSTANCE = "master";

/** {@link QuarantineRows} in SQLite. */
export class QuarantineTable implements QuarantineRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof QUARANTINE_SQL>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#statements = db.prepare(QUARANTINE_SQL);
  }

  /**
   * Quarantines what was just uploaded where its bytes are quarantined, or its id was before it had content. Part of
   * the caller's transaction: the one that commits the media's row.
   */
  takeUpload({ mediaId, sha256, uploadedTs }: Pick<UploadedMedia, "mediaId" | "sha256" | "uploadedTs">): void {
    const { find, isQuarantined } = this.#statements;
    const row = find.get(mediaId) as QuarantineRow;
    if (row.quarantined_by !== null) {
      this.#act(mediaId, { by: row.quarantined_by, quarantinedTs: uploadedTs }, new Set());
    } else if (isQuarantined.get(sha256, sha256, sha256) !== undefined) {
      this.#statements.noteMedia.run(INSTANCE, 1, mediaId);
      this.#statements.markMedia.run(SYSTEM, mediaId);
    }
  }

  async quarantine(mediaIds: readonly string[], quarantining: Quarantining): Promise<QuarantineCount> {
    const done = new Set<string>();
    const counts: QuarantineCount[] = [];
    for (let index = 0; index < mediaIds.length; index += IDS_AT_ONCE) {
      counts.push(await this.#actOnAll(mediaIds.slice(index, index + IDS_AT_ONCE), quarantining, done));
    }
    return addUp(counts);
  }

  async quarantineUser(userId: string, quarantining: Quarantining): Promise<QuarantineCount> {
    const done = new Set<string>();
    const counts: QuarantineCount[] = [];
    let last = { created_ts: -1, media_id: "" };
    for (;;) {
      const { created_ts: afterTs, media_id: afterId } = last;
      const rows = await this.#db.read(
        () => this.#statements.ofUser.all(userId, afterTs, afterId, IDS_AT_ONCE) as (typeof last)[],
      );
      const end = rows.at(-1);
      if (end === undefined) return addUp(counts);
      const mediaIds = rows.map(({ media_id }) => media_id);
      counts.push(await this.#actOnAll(mediaIds, quarantining, done));
      last = end;
    }
  }

  release(mediaId: string): Promise<void> {
    return this.#db.write(() => {
      const { find, noteReleaseMedia, releaseMedia, noteReleaseContent, releaseContent, forgetHash } = this.#statements;
      const row = find.get(mediaId) as QuarantineRow | undefined;
      if (row === undefined) return;
      if (row.sha256 === null) {
        noteReleaseMedia.run(INSTANCE, 0, mediaId);
        releaseMedia.run(mediaId);
      } else {
        noteReleaseContent.run(INSTANCE, 0, row.sha256);
        releaseContent.run(row.sha256);
        forgetHash.run(row.sha256);
      }
    });
  }

  protect(mediaId: string, isProtected: boolean): Promise<boolean> {
    return this.#db.write(() => this.#statements.protect.run(Number(isProtected), mediaId).changes > 0);
  }

  changes(afterPosition: number, limit: number): Promise<readonly QuarantineChange[]> {
    return this.#db.read(() => (this.#statements.changes.all(afterPosition, limit) as ChangeRow[]).map(readChange));
  }

  lastPosition(): Promise<number> {
    return this.#db.read(() => (this.#statements.lastChange.get() as { readonly stream_id: number }).stream_id);
  }

  /** @param done the contents that were counted before; a commit that is tried again starts from them as they were */
  async #actOnAll(
    mediaIds: readonly string[],
    quarantining: Quarantining,
    done: Set<string>,
  ): Promise<QuarantineCount> {
    const { counts, contents } = await this.#db.write(() => {
      const known = new Set(done);
      return { counts: mediaIds.map((mediaId) => this.#act(mediaId, quarantining, known)), contents: known };
    });
    for (const content of contents) done.add(content);
    return addUp(counts);
  }

  /** Part of a transaction. */
  #act(mediaId: string, { by, quarantinedTs }: Quarantining, done: Set<string>): QuarantineCount {
    const { find, keepHash, countMedia, noteMedia, markMedia, countContent, noteContent, markContent } =
      this.#statements;
    const row = find.get(mediaId) as QuarantineRow | undefined;
    const sha256 = row?.sha256 ?? null;
    const content = sha256 ?? `id:${mediaId}`;
    if (row === undefined || Boolean(row.safe_from_quarantine) || done.has(content)) return NOTHING;
    const [count, note, mark] =
      sha256 === null ? [countMedia, noteMedia, markMedia] : [countContent, noteContent, markContent];
    const key = sha256 ?? mediaId;
    const { matching, new_ones: newOnes } = count.get(key) as MatchingCount;
    note.run(INSTANCE, 1, key);
    mark.run(by, key);
    if (sha256 !== null) keepHash.run(sha256, by, quarantinedTs);
    done.add(content);
    return { all: matching, newOnes: newOnes ?? 0 };
  }
}

const NOTHING: QuarantineCount = { all: 0, newOnes: 0 };

function addUp(counts: readonly QuarantineCount[]): QuarantineCount {
  return counts.reduce((sum, { all, newOnes }) => ({ all: sum.all + all, newOnes: sum.newOnes + newOnes }), NOTHING);
}
