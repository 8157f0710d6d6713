import { rmSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import { readRuns, type RunTally } from "../../../src/shadow/parity/read-runs.ts";
import { ALLOWED } from "./questions.ts";

/** A service's folder for one test. */
export function createDataPath(): string {
  const dataPath = mkdtempSync(join(tmpdir(), "shadow-"));
  onTestFinished(() => rmSync(dataPath, { recursive: true, force: true }));
  return dataPath;
}

/** The only run. */
export function readRun(dataPath: string, maxDifferences = 100): RunTally {
  const [run] = readRuns(dataPath, { maxDifferences });
  if (run === undefined) throw new Error("the database has no run");
  return run;
}

/** What the only run counted of a callback. */
export function countsOf(dataPath: string, callback = ALLOWED): Record<string, number> {
  return Object.fromEntries(readRun(dataPath).callbacks.find((found) => found.callback === callback)?.counts ?? []);
}

/** Rows of all runs together. */
export function countRows(dataPath: string): Record<string, number> {
  const db = new Database(join(dataPath, "shadow.db"));
  try {
    const tables = ["counts", "latencies", "seen", "differences"];
    return Object.fromEntries(
      tables.map((table) => [table, db.prepare(`select count(*) from ${table}`).pluck().get() as number]),
    );
  } finally {
    db.close();
  }
}
