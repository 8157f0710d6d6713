import { workerData } from "node:worker_threads";
import Database, { type Statement } from "better-sqlite3";
import { answerRequests } from "../../../util/threads/thread-messages.ts";

/** Where the database is that the thread reads. */
export interface ReadingData {
  readonly path: string;
}

/** A statement, and its parameters. */
export interface ReadingQuestion {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

const BUSY_TIMEOUT_MS = 10_000;

const { path } = workerData as ReadingData;
const db = new Database(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true, readonly: true });
const prepared = new Map<string, Statement>();

answerRequests(
  ({ text, parameters }: ReadingQuestion) => prepare(text).all(...parameters),
  () => db.close(),
);

function prepare(text: string): Statement {
  const known = prepared.get(text) ?? db.prepare(text);
  prepared.set(text, known);
  return known;
}
