import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StartError } from "../errors.ts";
import { takeFileLock, type FileLock } from "../util/file-lock.ts";
import type { ShutdownStack } from "./stop/shutdown-stack.ts";

/** A folder for the service's own user alone: no other user can reach what is in it from the first moment. */
const OWNER_ONLY = 0o700;
/** How the system and SQLite say that a disk is full. */
const FULL: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT", "SQLITE_FULL"]);

/**
 * Takes a data path for this process alone, before anything there is touched. Throws a StartError: `LISTEN`, with the
 * number of the process that has it, or `STORE` where the folder cannot be written.
 */
export function lockDataPath(dataPath: string, cleanup: ShutdownStack): void {
  const folder = join(dataPath, "control");
  const pidPath = join(folder, "service.pid");
  const lock = take(folder, dataPath);
  if (lock === undefined) {
    const pid = readPid(pidPath);
    throw new StartError(
      "LISTEN",
      `${dataPath} belongs to a running service${pid && ` (process ${pid})`}: stop it${pid && ` (kill ${pid})`}, or have it read its ` +
        "configuration again (media-bridge reload). If two services shall run, each needs a media_bridge.data_path of its own",
    );
  }
  cleanup.add(() => lock.release());
  // For people, and for the message above: only the lock decides whether a service runs.
  cleanup.add(() => rmSync(pidPath, { force: true }));
  try {
    writeFileSync(pidPath, `${process.pid}\n`);
  } catch (error) {
    throw cannotWrite(dataPath, error);
  }
}

function take(folder: string, dataPath: string): FileLock | undefined {
  try {
    mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
    chmodSync(folder, OWNER_ONLY);
    return takeFileLock(join(folder, "service.lock"));
  } catch (error) {
    throw cannotWrite(dataPath, error);
  }
}

function cannotWrite(dataPath: string, cause: unknown): StartError {
  if (FULL.has((cause as { readonly code?: string }).code)) {
    return new StartError("STORE", `The disk of the data folder ${dataPath} is full: make room there`, { cause });
  }
  return new StartError(
    "STORE",
    `The data folder ${dataPath} cannot be written (${(cause as Error).message}): give it to the user of this service, or set media_bridge.data_path to another folder`,
    { cause },
  );
}

/** Empty where the other process has not written it yet. */
function readPid(path: string): string {
  try {
    return /^\d+/.exec(readFileSync(path, "utf8"))?.[0] ?? "";
  } catch {
    return "";
  }
}
