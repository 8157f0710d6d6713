import { lstatSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import { openPrivate } from "../../storage/open/open-private.ts";
import { SYSTEM_CLOCK, type Clock } from "../../util/clock.ts";
import type { Logger } from "../../util/log.ts";
import { agreesWithItself, compareSaid, type Comparison } from "../compare/compare-said.ts";
import type { EffectFacts } from "../compare/effect.ts";
import type { IgnoreRule } from "../compare/ignore.ts";
import type { Compared, ComparisonTaker, Pair } from "../compared.ts";
import { keepQuestion } from "./kept-question.ts";
import { type Batch, mostBytesOf, Pending, withoutDifferences } from "./pending.ts";
import { freeBytes, hasRoom, type KeptBounds, makeRoom, pruneFull, pruneOld } from "./prune.ts";
import { RunWriter } from "./run-writer.ts";
import { openKey, type ShadowKey } from "./shadow-key.ts";
import { shadowDatabase, shadowKeyPath } from "./shadow-schema.ts";

/** What a store of differences is given. */
export interface DifferenceStoreOptions {
  /** The service's folder, absolute. */
  readonly dataPath: string;
  readonly pair: Pair;
  readonly facts: EffectFacts;
  readonly ignore?: IgnoreRule | undefined;
  readonly log: Logger;
  /** By default 100 MB and 7 days. */
  readonly bounds?: Partial<KeptBounds>;
  readonly clock?: Clock;
}

const BOUNDS: KeptBounds = { maxBytes: 100_000_000, keepForMs: 7 * 86_400_000 };
/** The log of the database takes this much of the bound. */
const WAL_BYTES = 8_000_000;
const BATCH_QUESTIONS = 500;
const WAITING = { maxQuestions: 5000, maxCharacters: 2 ** 24, batchQuestions: BATCH_QUESTIONS };
const BATCH_MS = 1000;
/** After a failed write: a disk that is full stays so for a while. */
const RETRY_MS = 10_000;
const PRUNE_MS = 60_000;
const BUSY_MS = 1000;

interface Opened {
  readonly db: Database;
  /** The file's number, by which one that was deleted is noticed. */
  readonly inode: number | undefined;
  readonly writer: RunWriter;
  prunedTs: number;
}

/**
 * Keeps what one shadow said in the database of differences, in the thread that calls: a write blocks it. Nothing here
 * throws. What cannot be written is counted and told once, and written again as soon as that works.
 */
export class DifferenceStore implements ComparisonTaker {
  readonly #options: DifferenceStoreOptions;
  /** Of the file alone, without its log. */
  readonly #bounds: KeptBounds;
  readonly #clock: Clock;
  readonly #pending = new Pending(WAITING);
  #opened: Opened | undefined;
  #key: ShadowKey | undefined;
  #cancel: (() => void) | undefined;
  #retryTs = 0;
  #isFailing = false;
  #isPuzzled = false;
  #isClosed = false;

  constructor(options: DifferenceStoreOptions) {
    this.#options = options;
    const { maxBytes, keepForMs } = { ...BOUNDS, ...options.bounds };
    this.#bounds = { maxBytes: Math.max(maxBytes - WAL_BYTES, maxBytes / 2), keepForMs };
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    // The count begins anew now where a module has changed, not with its first question.
    this.#flush();
  }

  add(compared: Compared): void {
    const { kind } = compared.answered.asked;
    try {
      if (this.#key === undefined) this.#pending.count(kind, "lost");
      else this.#pending.add(keepQuestion(compared, this.#judge(compared), this.#key));
    } catch (error) {
      this.#pending.count(kind, "lost");
      if (!this.#isPuzzled) this.#options.log.error({ err: error, callback: kind }, "two answers cannot be compared");
      this.#isPuzzled = true;
    }
    this.#schedule();
  }

  countDropped(kind: KindName, count: number): void {
    this.#pending.count(kind, "dropped", count);
    this.#schedule();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel?.();
    this.#retryTs = 0;
    this.#flush();
    if (this.#pending.first !== undefined) {
      const lost = this.#pending.questions;
      this.#options.log.error({ lost }, "differences of a shadow are lost: they cannot be written");
    }
    this.#closeDatabase();
  }

  #judge({ answered, candidate, again }: Compared) {
    const { asked, said } = answered;
    const { facts } = this.#options;
    const found = compareSaid(asked.kind, asked.args, said, candidate.said, facts);
    const second = KINDS[asked.kind].notification ? undefined : again;
    const agreed = second && agreesWithItself(asked.kind, asked.args, { first: said, second: second.said }, facts);
    return { agreed, ...this.#applyIgnore(found, { answered, candidate }) };
  }

  #applyIgnore(found: Comparison, { answered, candidate }: Compared) {
    const { ignore } = this.#options;
    const isAsked = ["worded_differently", "different_value", "different_effect"].includes(found.class);
    if (ignore === undefined || !isAsked) return { comparison: found, ignoreFailed: false };
    const { asked, said } = answered;
    const failures = ignore.failures;
    const question = { callback: asked.kind, args: asked.args, original: said, candidate: candidate.said };
    const comparison: Comparison = ignore.ignores(question) ? { class: "ignored" } : found;
    return { comparison, ignoreFailed: ignore.failures > failures };
  }

  #schedule(): void {
    if (this.#isClosed) return;
    if (this.#pending.questions >= BATCH_QUESTIONS) this.#flush();
    if (this.#pending.first === undefined) return;
    this.#cancel ??= this.#clock.after(BATCH_MS, () => {
      this.#cancel = undefined;
      this.#flush();
      this.#schedule();
    });
  }

  #flush(): void {
    const nowTs = this.#clock.now();
    if (nowTs < this.#retryTs) return;
    // An operator may delete the file to begin anew: what is written to it afterwards would be gone with it.
    if (this.#opened && this.#opened.inode !== inodeOf(this.#options.dataPath)) this.#closeDatabase();
    try {
      const opened = (this.#opened ??= this.#open(nowTs));
      for (let batch = this.#pending.first; batch !== undefined; batch = this.#pending.first) {
        this.#writeRoomily(opened, batch, nowTs);
        this.#pending.shift();
      }
      this.#prune(opened, nowTs);
      this.#reportRecovery();
    } catch (error) {
      this.#retryTs = nowTs + RETRY_MS;
      this.#reportFailure(error);
      // A database that was moved away or damaged is opened anew.
      this.#closeDatabase();
    }
  }

  #open(nowTs: number): Opened {
    const { dataPath, pair, log } = this.#options;
    const { maxBytes } = this.#bounds;
    this.#key ??= openKey(shadowKeyPath(dataPath));
    const db = openPrivate(shadowDatabase(dataPath), { busyMs: BUSY_MS, maxBytes, log });
    try {
      const writer = new RunWriter(db, pair);
      db.transaction(() => writer.begin(nowTs)).immediate();
      return { db, writer, inode: inodeOf(dataPath), prunedTs: -Infinity };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /**
   * A file that has reached its bound can be helped. A disk that is full cannot: this throws then, and what is not
   * written waits for the time when there is room again. With the last write only the numbers may still fit.
   */
  #writeRoomily(opened: Opened, batch: Batch, nowTs: number): void {
    const full = this.#findFull(opened, batch, nowTs);
    if (full === undefined) return;
    if (mostBytesOf(batch) > freeBytes(opened.db, this.#bounds)) {
      if (makeRoom(opened.db, this.#bounds) > 0 && this.#findFull(opened, batch, nowTs) === undefined) return;
    } else if (!this.#isClosed) throw full;
    this.#write(opened, withoutDifferences(batch), nowTs);
  }

  /** Writes a batch. Returns the error of a full disk, or undefined once the batch is written. */
  #findFull(opened: Opened, batch: Batch, nowTs: number): Error | undefined {
    try {
      this.#write(opened, batch, nowTs);
      return undefined;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "SQLITE_FULL") return error;
      throw error;
    }
  }

  #write({ db, writer }: Opened, batch: Batch, nowTs: number): void {
    const mayGrow = hasRoom(db, this.#bounds);
    db.transaction(() => writer.write({ ...batch, mayGrow }, nowTs)).immediate();
  }

  #prune(opened: Opened, nowTs: number): void {
    pruneFull(opened.db, this.#bounds);
    if (nowTs - opened.prunedTs < PRUNE_MS) return;
    pruneOld(opened.db, this.#bounds, nowTs);
    opened.prunedTs = nowTs;
  }

  #reportFailure(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#options.log.error({ err: error }, "differences of a shadow cannot be written: what has no room is lost");
  }

  #reportRecovery(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#options.log.warn({}, "differences of a shadow are written again");
  }

  #closeDatabase(): void {
    try {
      this.#opened?.db.close();
    } catch (error) {
      this.#reportFailure(error);
    }
    this.#opened = undefined;
  }
}

/** Undefined where there is no database. */
function inodeOf(dataPath: string): number | undefined {
  return lstatSync(shadowDatabase(dataPath).path, { throwIfNoEntry: false })?.ino;
}
