import type { Database } from "better-sqlite3";
import type { KindName } from "../../callbacks/kinds.ts";
import { readPrivate } from "../../storage/open/open-private.ts";
import type { AskedContext, Portable, Said } from "../asked.ts";
import type { ComparisonClass } from "../compare/compare-said.ts";
import type { Effect } from "../compare/effect.ts";
import type { ModuleVersion } from "../compared.ts";
import type { FileFacts } from "../differences/asked-file.ts";
import type { Counter } from "../differences/counters.ts";
import type { BucketCount } from "../differences/latency-buckets.ts";
import { shadowDatabase } from "../differences/shadow-schema.ts";

/** What is known of one shadow, since its modules last changed. Times are milliseconds since the epoch. */
export interface RunTally {
  /** Place of the entry in the list of modules, from 0. */
  readonly index: number;
  readonly original: ModuleVersion;
  readonly candidate: ModuleVersion;
  readonly startedTs: number;
  readonly lastTs: number;
  readonly callbacks: readonly CallbackTally[];
  /** Smallest first: the fewest characters of arguments, then of answers. */
  readonly differences: readonly KeptDifference[];
}

/** What is known of one callback of a shadow. */
export interface CallbackTally {
  readonly callback: KindName;
  readonly counts: ReadonlyMap<Counter, number>;
  readonly latencies: { readonly original: readonly BucketCount[]; readonly candidate: readonly BucketCount[] };
}

/** A question that was answered differently, `count` times. */
export interface KeptDifference {
  readonly callback: KindName;
  readonly class: ComparisonClass;
  readonly user: string | null;
  /** In the form of the wire; in place of the path of a file, a text that replaces it. */
  readonly args: readonly Portable[];
  /** What the modules were told by their context; a text replaces a file's name. */
  readonly context: AskedContext | null;
  readonly file: FileFacts | null;
  readonly original: Said;
  readonly candidate: Said;
  readonly effects: { readonly original: Effect; readonly candidate: Effect } | null;
  readonly originalMicros: number;
  readonly candidateMicros: number;
  readonly count: number;
  readonly firstTs: number;
  readonly lastTs: number;
}

/** Which differences are read as well. */
export interface RunsQuery {
  /** The most of each shadow. */
  readonly maxDifferences: number;
}

/**
 * Reads what the shadows of a service have said, beside the running service or without it; nothing where no shadow was
 * ever asked. Throws a StartError `STORE`.
 */
export function readRuns(dataPath: string, query: RunsQuery): RunTally[] {
  return readPrivate(shadowDatabase(dataPath), (db) => db.transaction(() => readAll(db, query))()) ?? [];
}

interface RunRow {
  readonly run_id: number;
  readonly module_index: number;
  readonly original: string;
  readonly candidate: string;
  readonly started_ts: number;
  readonly last_ts: number;
}

function readAll(db: Database, { maxDifferences }: RunsQuery): RunTally[] {
  const rows = db.prepare<[], RunRow>("select * from runs order by module_index").all();
  return rows.map((row) => ({
    index: row.module_index,
    original: JSON.parse(row.original) as ModuleVersion,
    candidate: JSON.parse(row.candidate) as ModuleVersion,
    startedTs: row.started_ts,
    lastTs: row.last_ts,
    callbacks: readCallbacks(db, row.run_id),
    differences: readDifferences(db, row.run_id, maxDifferences),
  }));
}

type CountRow = readonly [callback: KindName, name: Counter, count: number];
type LatencyRow = readonly [callback: KindName, side: "original" | "candidate", bucket: number, count: number];

function readCallbacks(db: Database, runId: number): CallbackTally[] {
  const counts = db.prepare("select callback, name, count from counts where run_id = ?").raw().all(runId) as CountRow[];
  const times = db
    .prepare("select callback, side, bucket, count from latencies where run_id = ?")
    .raw()
    .all(runId) as LatencyRow[];
  const timesOf = (callback: KindName, side: string): BucketCount[] =>
    times.filter((row) => row[0] === callback && row[1] === side).map(([, , bucket, count]) => [bucket, count]);
  return [...new Set(counts.map(([callback]) => callback))].map((callback) => ({
    callback,
    counts: new Map(counts.filter((row) => row[0] === callback).map(([, name, count]) => [name, count])),
    latencies: { original: timesOf(callback, "original"), candidate: timesOf(callback, "candidate") },
  }));
}

interface DifferenceRow {
  readonly callback: KindName;
  readonly class: ComparisonClass;
  readonly user_id: string | null;
  readonly args: string;
  readonly context: string | null;
  readonly file: string | null;
  readonly original: string;
  readonly candidate: string;
  readonly effects: string | null;
  readonly original_micros: number;
  readonly candidate_micros: number;
  readonly count: number;
  readonly first_ts: number;
  readonly last_ts: number;
}

const DIFFERENCES =
  "select * from differences where run_id = ? " +
  "order by length(args), length(original) + length(candidate), args, difference_id limit ?";

function readDifferences(db: Database, runId: number, max: number): KeptDifference[] {
  return db
    .prepare<[number, number], DifferenceRow>(DIFFERENCES)
    .all(runId, max)
    .map((row) => ({
      callback: row.callback,
      class: row.class,
      user: row.user_id,
      args: JSON.parse(row.args) as Portable[],
      context: row.context === null ? null : (JSON.parse(row.context) as AskedContext),
      file: row.file === null ? null : (JSON.parse(row.file) as FileFacts),
      original: JSON.parse(row.original) as Said,
      candidate: JSON.parse(row.candidate) as Said,
      effects: row.effects === null ? null : (JSON.parse(row.effects) as NonNullable<KeptDifference["effects"]>),
      originalMicros: row.original_micros,
      candidateMicros: row.candidate_micros,
      count: row.count,
      firstTs: row.first_ts,
      lastTs: row.last_ts,
    }));
}
