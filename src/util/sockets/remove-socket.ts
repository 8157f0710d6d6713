import { unlinkSync } from "node:fs";

/**
 * Removes a Unix socket, if it exists. Uses `unlinkSync`, not `rmSync`: `rmSync` stats the path first, and Node's
 * module loader mistakes that last stat for one of the next file that it imports. A socket's stat makes it skip
 * symbolic links, so that packages behind a link load as empty modules.
 */
export function removeSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
