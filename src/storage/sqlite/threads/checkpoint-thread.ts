import { workerData } from "node:worker_threads";
import Database from "better-sqlite3";
import { answerRequests } from "../../../util/threads/thread-messages.ts";

/** Where the checkpointed database is. */
export interface CheckpointData {
  readonly path: string;
}

const BUSY_TIMEOUT_MS = 1000;

const { path } = workerData as CheckpointData;
const db = new Database(path, { timeout: BUSY_TIMEOUT_MS, fileMustExist: true });
db.pragma("synchronous = NORMAL");
db.pragma("wal_autocheckpoint = 0");

answerRequests(checkpoint, () => db.close());

/**
 * Moves committed pages from the WAL into the database and flushes both to disk. The first write after a checkpoint
 * restarts the WAL and flushes its header. This thread makes that write, so that the event loop never waits for the
 * flush. (SQLite skips an update that changes nothing, but not this pragma.)
 */
function checkpoint(): void {
  try {
    db.pragma("wal_checkpoint(PASSIVE)");
    db.pragma("user_version = 0");
  } catch (error) {
    // A module that writes for a long time restarts the WAL itself, on a thread of its own.
    if (!String((error as { code?: unknown }).code).startsWith("SQLITE_BUSY")) throw error;
  }
}
