import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";

/** How often a lock that another process holds is tried again. */
const AGAIN_MS = 200;

/** A lock that one process has at a time. The system takes it back when the process ends, however it ends. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock of a file, which is made where it does not exist and stays empty; undefined where another process has
 * it. It is the lock that SQLite has on a database (`fcntl`): Node has none of its own, and one by a process's number
 * would outlive the process or be taken for that of a later one. Throws where the file cannot be made.
 */
export function takeFileLock(path: string): FileLock | undefined {
  const file = new Database(path, { timeout: 0 });
  try {
    file.exec("begin exclusive");
    return { release: () => void file.close() };
  } catch (error) {
    file.close();
    if ((error as { code?: string }).code?.startsWith("SQLITE_BUSY") === true) return undefined;
    throw error;
  }
}

/** As {@link takeFileLock}, but waits for its turn. `onWait` is called once if another process has it. */
export async function waitForFileLock(path: string, onWait: () => void): Promise<FileLock> {
  for (let attempt = 0; ; attempt += 1) {
    const lock = takeFileLock(path);
    if (lock !== undefined) return lock;
    if (attempt === 0) onWait();
    await sleep(AGAIN_MS);
  }
}
