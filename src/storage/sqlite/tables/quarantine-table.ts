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
  type PieceRow,
  QUARANTINE_SQL,
  type QuarantineRow,
  readChange,
  type UnfinishedRow,
} from "../../sql/media/quarantine-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";

/** How many rows one commit concerns: a turn of the event loop must stay short. */
const ROWS_AT_ONCE = 100;
/** The process that Synapse names in its list of changes. */
const INSTANCE = "master";

type UploadedContent = Pick<UploadedMedia, "mediaId" | "sha256">;

/** Content of which not all media was reached yet. */
interface Unfinished {
  readonly sha256: string;
  /** The last id that was reached. */
  readonly lastId: string;
}

/** What a part of a commit came to. */
interface Piece extends QuarantineCount {
  /** How many rows it looked at. */
  readonly rows: number;
  readonly unfinished: readonly Unfinished[];
}

/**
 * {@link QuarantineRows} in SQLite. Content has as much media as clients like, so one commit concerns a part of it. The
 * hash comes first: what is uploaded meanwhile is quarantined by its own commit. An action ends where the hash says
 * that the opposite was wanted later.
 */
export class QuarantineTable implements QuarantineRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof QUARANTINE_SQL>;

  constructor(db: SqliteDatabase) {
    this.#db = db;
    this.#statements = db.prepare(QUARANTINE_SQL);
  }

  /**
   * Quarantines what was just uploaded under a new id where its bytes are quarantined. Part of the caller's transaction:
   * the one that commits the media's row.
   */
  takeUpload({ mediaId, sha256 }: UploadedContent): void {
    if (!this.#isQuarantined(sha256)) return;
    this.#statements.noteMedia.run(INSTANCE, 1, mediaId);
    this.#statements.markMedia.run(SYSTEM, mediaId);
  }

  /**
   * As {@link takeUpload}, for an id that was created before. Where it was quarantined before it had content, it stays
   * so, alone: who creates an id chooses its bytes, and could have those of others quarantined.
   */
  takeUploadOfCreated(media: UploadedContent): void {
    const { find, setContent } = this.#statements;
    const { mediaId, sha256 } = media;
    if ((find.get(mediaId) as QuarantineRow).quarantined_by === null) return this.takeUpload(media);
    // Its own row does not count as one of this content.
    setContent.run(null, mediaId);
    if (this.#isQuarantined(sha256)) setContent.run(sha256, mediaId);
  }

  async quarantine(mediaIds: readonly string[], quarantining: Quarantining): Promise<QuarantineCount> {
    const done = new Set<string>();
    const counts: QuarantineCount[] = [];
    for (let index = 0; index < mediaIds.length; index += ROWS_AT_ONCE) {
      counts.push(await this.#actOnAll(mediaIds.slice(index, index + ROWS_AT_ONCE), quarantining, done));
    }
    return addUp(counts);
  }

  async quarantineUser(userId: string, quarantining: Quarantining): Promise<QuarantineCount> {
    const done = new Set<string>();
    const counts: QuarantineCount[] = [];
    let last = { created_ts: -1, media_id: "", quarantined_by: null as string | null };
    for (;;) {
      const { created_ts: afterTs, media_id: afterId } = last;
      const rows = await this.#db.read(
        () => this.#statements.ofUser.all(userId, afterTs, afterId, ROWS_AT_ONCE) as (typeof last)[],
      );
      const end = rows.at(-1);
      if (end === undefined) return addUp(counts);
      const newOnes = rows.filter(({ quarantined_by }) => quarantined_by === null);
      const mediaIds = newOnes.map(({ media_id }) => media_id);
      counts.push(await this.#actOnAll(mediaIds, quarantining, done));
      last = end;
    }
  }

  async resume(): Promise<QuarantineCount> {
    const rows = await this.#db.read(() => this.#statements.unfinished.all() as UnfinishedRow[]);
    const counts: QuarantineCount[] = [];
    for (const { sha256, unfinished_after: lastId, quarantined_by: by } of rows) {
      counts.push(await this.#finish([{ sha256, lastId }], { by }));
    }
    return addUp(counts);
  }

  async release(mediaId: string): Promise<void> {
    const { find, noteReleaseMedia, releaseMedia, forgetHash, isKept } = this.#statements;
    const sha256 = await this.#db.write(() => {
      const row = find.get(mediaId) as QuarantineRow | undefined;
      if (row === undefined) return undefined;
      if (row.sha256 !== null) forgetHash.run(row.sha256);
      else {
        noteReleaseMedia.run(INSTANCE, 0, mediaId);
        releaseMedia.run(mediaId);
      }
      return row.sha256 ?? undefined;
    });
    if (sha256 === undefined) return;
    const releaseSome = () => isKept.get(sha256) === undefined && this.#releasePiece(sha256);
    while (await this.#db.write(releaseSome));
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

  #isQuarantined(sha256: string): boolean {
    return this.#statements.isQuarantined.get(sha256, sha256, sha256) !== undefined;
  }

  /** @param done the contents that were counted before; those of a commit join them once it is done */
  async #actOnAll(
    mediaIds: readonly string[],
    quarantining: Quarantining,
    done: Set<string>,
  ): Promise<QuarantineCount> {
    const first = await this.#db.write(() => this.#begin(mediaIds, quarantining, done));
    for (const content of first.contents) done.add(content);
    return addUp([first, await this.#finish(first.unfinished, quarantining)]);
  }

  /** Keeps the hashes, and reaches as much media as one commit may. Part of a transaction, which may be tried again. */
  #begin(
    mediaIds: readonly string[],
    { by, quarantinedTs }: Quarantining,
    done: ReadonlySet<string>,
  ): Piece & { readonly contents: ReadonlySet<string> } {
    const { find, keepHash, noteMedia, markMedia } = this.#statements;
    const contents = new Set<string>();
    const pieces: Piece[] = [];
    let rowsLeft = ROWS_AT_ONCE;
    for (const mediaId of mediaIds) {
      const row = find.get(mediaId) as QuarantineRow | undefined;
      const content = row?.sha256 ?? `id:${mediaId}`;
      if (row === undefined || Boolean(row.safe_from_quarantine)) continue;
      if (done.has(content) || contents.has(content)) continue;
      contents.add(content);
      if (row.sha256 === null) {
        noteMedia.run(INSTANCE, 1, mediaId);
        markMedia.run(by, mediaId);
        pieces.push({ ...countOf([row]), rows: 1, unfinished: [] });
      } else {
        keepHash.run(row.sha256, by, quarantinedTs);
        pieces.push(this.#takePiece({ sha256: row.sha256, lastId: "" }, by, rowsLeft));
      }
      rowsLeft -= pieces.at(-1)?.rows ?? 0;
    }
    const unfinished = pieces.flatMap((one) => one.unfinished);
    return { ...addUp(pieces), rows: ROWS_AT_ONCE - rowsLeft, unfinished, contents };
  }

  /** Reaches what is left, a piece in each commit. */
  async #finish(unfinished: readonly Unfinished[], { by }: Pick<Quarantining, "by">): Promise<QuarantineCount> {
    const counts: QuarantineCount[] = [];
    for (const begun of unfinished) {
      for (let left: Unfinished | undefined = begun; left !== undefined;) {
        const from: Unfinished = left;
        const piece = await this.#db.write(() =>
          this.#statements.isKept.get(from.sha256) ? this.#takePiece(from, by, ROWS_AT_ONCE) : undefined,
        );
        if (piece !== undefined) counts.push(piece);
        left = piece?.unfinished[0];
      }
    }
    return addUp(counts);
  }

  /** Part of a transaction, which also keeps what is left. */
  #takePiece(from: Unfinished, by: string, limit: number): Piece {
    const piece = limit > 0 ? this.#markPiece(from, by, limit) : { ...NOTHING, rows: 0, unfinished: [from] };
    this.#statements.noteProgress.run(piece.unfinished[0]?.lastId ?? null, from.sha256);
    return piece;
  }

  #markPiece({ sha256, lastId }: Unfinished, by: string, limit: number): Piece {
    const { pieceOf, notePiece, markPiece } = this.#statements;
    const rows = pieceOf.all(sha256, lastId, limit) as PieceRow[];
    const [start, end] = [rows[0]?.media_id, rows.at(-1)?.media_id];
    if (end === undefined) return { ...NOTHING, rows: 0, unfinished: [] };
    notePiece.run(INSTANCE, 1, sha256, start, end);
    markPiece.run(by, sha256, start, end);
    return { ...countOf(rows), rows: rows.length, unfinished: rows.length < limit ? [] : [{ sha256, lastId: end }] };
  }

  /** Part of a transaction; true where more may be left. */
  #releasePiece(sha256: string): boolean {
    const { quarantinedOf, noteReleasePiece, releasePiece } = this.#statements;
    const rows = quarantinedOf.all(sha256, ROWS_AT_ONCE) as PieceRow[];
    const [start, end] = [rows[0]?.media_id, rows.at(-1)?.media_id];
    if (end === undefined) return false;
    noteReleasePiece.run(INSTANCE, 0, sha256, start, end);
    releasePiece.run(sha256, start, end);
    return rows.length === ROWS_AT_ONCE;
  }
}

const NOTHING: QuarantineCount = { all: 0, newOnes: 0 };

/** Of rows that were just quarantined, as they were before. */
function countOf(rows: readonly Omit<PieceRow, "media_id">[]): QuarantineCount {
  const reached = rows.filter(({ safe_from_quarantine }) => !safe_from_quarantine);
  return { all: reached.length, newOnes: reached.filter(({ quarantined_by }) => quarantined_by === null).length };
}

function addUp(counts: readonly QuarantineCount[]): QuarantineCount {
  return counts.reduce((sum, { all, newOnes }) => ({ all: sum.all + all, newOnes: sum.newOnes + newOnes }), NOTHING);
}
