import type { Database, Statement } from "better-sqlite3";
import { KINDS, type KindName } from "../../callbacks/kinds.ts";
import type { ModuleVersion, Pair } from "../compared.ts";
import { MAX_DISTINCT, type Sums } from "./counters.ts";
import type { KeptQuestion } from "./kept-question.ts";
import { bucketOf } from "./latency-buckets.ts";

const TEXTS = {
  find: "select run_id, original, candidate from runs where module_index = ?",
  begin: "insert into runs (module_index, original, candidate, started_ts, last_ts) values (?, ?, ?, ?, ?)",
  touch: "update runs set last_ts = max(last_ts, ?) where run_id = ?",
  count:
    "insert into counts (run_id, callback, name, count) values (?, ?, ?, ?) " +
    "on conflict do update set count = count + excluded.count",
  counted: "select count from counts where run_id = ? and callback = ? and name = ?",
  time:
    "insert into latencies (run_id, callback, side, bucket, count) values (?, ?, ?, ?, 1) " +
    "on conflict do update set count = count + 1",
  see: "insert or ignore into seen (scope, hash) values (?, ?)",
  differ:
    "insert into differences (run_id, fingerprint, callback, class, user_id, args, context, file, original, candidate, effects, " +
    "original_micros, candidate_micros, count, first_ts, last_ts) " +
    "values (@runId, @fingerprint, @callback, @class, @userId, @args, @context, @file, @original, @candidate, @effects, " +
    "@originalMicros, @candidateMicros, 1, @askedTs, @askedTs) " +
    "on conflict (run_id, fingerprint) do update set count = count + 1, " +
    "first_ts = min(first_ts, excluded.first_ts), last_ts = max(last_ts, excluded.last_ts)",
} as const;

const FORGET = [
  "delete from counts where run_id = ?",
  "delete from latencies where run_id = ?",
  "delete from differences where run_id = ?",
  "delete from runs where run_id = ?",
];

/** Each run has this many scopes of {@link TEXTS.see}: two for each callback, and room for more callbacks. */
const SCOPES = 64;
const KIND_NAMES = Object.keys(KINDS) as KindName[];

interface RunRow {
  readonly run_id: number;
  readonly original: string;
  readonly candidate: string;
}

/** What one transaction writes. */
export interface Written {
  readonly questions: readonly KeptQuestion[];
  readonly sums: Sums;
  /** Whether there is room to count more users and arguments. */
  readonly mayGrow: boolean;
}

/** Writes what was compared into the run of one pair of modules. Its methods throw what SQLite throws. */
export class RunWriter {
  readonly #db: Database;
  readonly #pair: Pair;
  readonly #run: Readonly<Record<keyof typeof TEXTS, Statement>>;

  constructor(db: Database, pair: Pair) {
    this.#db = db;
    this.#pair = pair;
    const prepared = Object.entries(TEXTS).map(([name, text]) => [name, db.prepare(text)]);
    this.#run = Object.fromEntries(prepared) as Record<keyof typeof TEXTS, Statement>;
  }

  /** Continues the run of these modules, or begins one where either of them has changed. */
  begin(nowTs: number): void {
    const { index, original, candidate } = this.#pair;
    const found = this.#run.find.get(index) as RunRow | undefined;
    if (found !== undefined && this.#isOfPair(found)) return;
    if (found !== undefined) this.#forget(found.run_id);
    this.#run.begin.run(index, textOf(original), textOf(candidate), nowTs, nowTs);
  }

  /**
   * Writes questions and sums. Call it in a transaction. Returns false where the modules have been replaced by others
   * meanwhile, whose run this is not; nothing is written then.
   */
  write({ questions, sums, mayGrow }: Written, nowTs: number): boolean {
    const found = this.#run.find.get(this.#pair.index) as RunRow | undefined;
    if (found === undefined || !this.#isOfPair(found)) return false;
    const runId = found.run_id;
    this.#run.touch.run(nowTs, runId);
    for (const question of questions) this.#writeQuestion(runId, question, mayGrow);
    for (const [callback, counter, count] of sums.entries()) this.#run.count.run(runId, callback, counter, count);
    return true;
  }

  #writeQuestion(runId: number, question: KeptQuestion, mayGrow: boolean): void {
    const { callback, originalMicros, candidateMicros, distinct, difference } = question;
    if (originalMicros !== undefined) this.#run.time.run(runId, callback, "original", bucketOf(originalMicros));
    if (candidateMicros !== undefined) this.#run.time.run(runId, callback, "candidate", bucketOf(candidateMicros));
    if (distinct !== undefined && mayGrow) {
      if (distinct.user !== undefined) this.#see(runId, callback, "users", distinct.user);
      this.#see(runId, callback, "arguments", distinct.args);
    }
    if (difference === undefined) return;
    const { class: found, askedTs } = question;
    this.#run.differ.run({ ...difference, runId, callback, class: found, askedTs });
  }

  /** Counts a user or arguments that were not seen before. */
  #see(runId: number, callback: KindName, counter: "users" | "arguments", hash: bigint): void {
    const known = this.#run.counted.pluck().get(runId, callback, counter) as number | undefined;
    if ((known ?? 0) >= MAX_DISTINCT) return;
    const scope = scopeOf(runId, callback, counter);
    if (this.#run.see.run(scope, hash).changes > 0) this.#run.count.run(runId, callback, counter, 1);
  }

  #forget(runId: number): void {
    for (const text of FORGET) this.#db.prepare(text).run(runId);
    this.#db.prepare("delete from seen where scope between ? and ?").run(runId * SCOPES, (runId + 1) * SCOPES - 1);
  }

  #isOfPair({ original, candidate }: RunRow): boolean {
    return original === textOf(this.#pair.original) && candidate === textOf(this.#pair.candidate);
  }
}

function scopeOf(runId: number, callback: KindName, counter: "users" | "arguments"): number {
  return runId * SCOPES + 2 * KIND_NAMES.indexOf(callback) + (counter === "users" ? 0 : 1);
}

/** The text by which a run knows a module. */
function textOf({ name, language, filesHash, configHash }: ModuleVersion): string {
  return JSON.stringify({ name, language, filesHash, configHash });
}
