import { unlinkSync } from "node:fs";

/**
 * Removes a Unix socket, if it is there. Not by `rmSync`, which looks at it first: Node.js takes its last look at any file for one at
 * what it imports next, and does not follow symbolic links past a socket. Packages below such a link are then loaded as nothing.
 */
export function removeSocket(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
