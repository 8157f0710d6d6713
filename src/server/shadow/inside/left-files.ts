import { randomBytes } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

const NAME = /^(\d+)-[0-9a-f]{16}$/;
/** Files are looked at within minutes. */
const UNUSED_MS = 3_600_000;

/** A new name for a folder of this process. In containers two processes may have one number. */
export function nameOwnFolder(): string {
  return `${process.pid}-${randomBytes(8).toString("hex")}`;
}

/**
 * Removes the folders of processes that are gone. The number of such a process may be taken again: a folder in which
 * nothing has changed for an hour is removed as well. Never rejects.
 */
export async function removeLeftFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, pid] = NAME.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(folder, name);
    if (!isThere(Number(pid)) || (await isUnused(path))) await removeFolder(path);
  }
}

/** Removes a folder with all that is in it. Never rejects. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

async function isUnused(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && found.mtimeMs < Date.now() - UNUSED_MS;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process is there too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
