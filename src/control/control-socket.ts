import { join } from "node:path";

/** What the system lets a socket's path be long, in bytes, less the closing zero. */
const MAX_PATH_BYTES = 103;

/** Where a running service is spoken to; undefined where the data path is too long for a socket. */
export function controlSocketPath(dataPath: string): string | undefined {
  const path = join(dataPath, "control", "service.sock");
  return Buffer.byteLength(path) > MAX_PATH_BYTES ? undefined : path;
}
