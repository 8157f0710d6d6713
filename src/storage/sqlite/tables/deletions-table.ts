import {
  type Deletion,
  type DeletionCandidate,
  type DeletionCriteria,
  type DeletionRows,
  type DeletionStep,
  meets,
} from "../../../media/deletion/deletion-rows.ts";
import {
  type CandidateRow,
  DELETION_SQL,
  type DeletedThumbnailRow,
  type DeletionRow,
  filesOf,
  readCandidate,
  readDeletion,
} from "../../sql/deletion-statements.ts";
import { readDue } from "../../sql/due.ts";
import { MEDIA_SQL } from "../../sql/media/media-statements.ts";
import type { Statements } from "../connection.ts";
import type { SqliteDatabase } from "../database.ts";
import type { UsageTable } from "./usage-table.ts";

/** {@link DeletionRows} in SQLite. */
export class DeletionsTable implements DeletionRows {
  readonly #db: SqliteDatabase;
  readonly #statements: Statements<typeof DELETION_SQL>;
  readonly #media: Statements<Pick<typeof MEDIA_SQL, "delete">>;
  readonly #usage: UsageTable;

  /** @param usage what counts against users' limits: what is deleted counts no more, as in Synapse */
  constructor(db: SqliteDatabase, usage: UsageTable) {
    this.#db = db;
    this.#statements = db.prepare(DELETION_SQL);
    this.#media = db.prepare({ delete: MEDIA_SQL.delete });
    this.#usage = usage;
  }

  begin(mediaIds: readonly string[], nowTs: number, criteria?: DeletionCriteria): Promise<Deletion[]> {
    return this.#db.write(() => mediaIds.flatMap((mediaId) => this.#delete(mediaId, nowTs, criteria) ?? []));
  }

  candidates(afterId: string, limit: number): Promise<DeletionCandidate[]> {
    return this.#db.read(() => (this.#statements.candidates.all(afterId, limit) as CandidateRow[]).map(readCandidate));
  }

  steps(): Promise<DeletionStep[]> {
    return this.#db.read(() => (this.#statements.steps.all() as { step: DeletionStep }[]).map(({ step }) => step));
  }

  due(step: DeletionStep, nowTs: number, limit: number): Promise<Deletion[]> {
    const { due, dueAfter } = this.#statements;
    const statements = {
      due: (...bound: number[]) => due.all(step, ...bound) as DeletionRow[],
      dueAfter: (...bound: number[]) => dueAfter.all(step, ...bound) as DeletionRow[],
    };
    return this.#db.read(() => readDue(statements, nowTs, limit).map(readDeletion));
  }

  nextDueTs(step: DeletionStep, nowTs: number): Promise<number | undefined> {
    return this.#db.read(() => {
      const row = this.#statements.nextDue.get(step, nowTs) as { readonly next_ts: number | null };
      return row.next_ts ?? undefined;
    });
  }

  async done(step: DeletionStep, mediaId: string, following: readonly DeletionStep[], nowTs: number): Promise<void> {
    const { stepDone, addStep, done } = this.#statements;
    await this.#db.write(() => {
      stepDone.run(mediaId, step);
      for (const next of following) addStep.run(next, mediaId, nowTs);
      done.run(mediaId);
    });
  }

  async postpone(
    step: DeletionStep,
    mediaId: string,
    { attempts, nextTs }: { attempts: number; nextTs: number },
  ): Promise<void> {
    await this.#db.write(() => this.#statements.postpone.run(attempts, nextTs, mediaId, step));
  }

  count(): Promise<number> {
    return this.#db.read(() => (this.#statements.count.get() as { readonly deletions: number }).deletions);
  }

  /** Part of a transaction. */
  #delete(mediaId: string, nowTs: number, criteria: DeletionCriteria | undefined): Deletion | undefined {
    const row = this.#statements.candidate.get(mediaId) as CandidateRow | undefined;
    if (row === undefined) return undefined;
    // An id without content is not media yet: it meets no criteria, and modules never heard of it.
    const hasContent = row.media_length !== null;
    if (criteria !== undefined && !(hasContent && meets(readCandidate(row), criteria))) return undefined;
    const files = filesOf(row, this.#statements.thumbnails.all(mediaId) as DeletedThumbnailRow[]);
    this.#media.delete.run(mediaId);
    this.#statements.deleteThumbnails.run(mediaId);
    this.#statements.deleteCopies.run(mediaId);
    this.#usage.remove(mediaId);
    const isUnknown = !hasContent;
    this.#statements.add.run(mediaId, JSON.stringify(files), nowTs, Number(isUnknown));
    this.#statements.addStep.run("files", mediaId, nowTs);
    return { mediaId, files, isUnknown, attempts: 0 };
  }
}
