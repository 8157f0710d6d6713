import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes the folders of processes that are gone: each folder is named by the number of its process. */
export async function removeLeftFiles(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (/^\d+$/.test(name) && !isThere(Number(name))) await removeFolder(join(folder, name));
  }
}

/** Removes a folder with all that is in it. Never rejects. */
export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process is there too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
