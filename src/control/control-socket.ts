import { join } from "node:path";

/** The length that the system allows for a socket's path, in bytes, less the closing zero. */
const MAX_PATH_BYTES = 103;

/** The socket of a running service; undefined where the data path is too long for a socket. */
export function controlSocketPath(dataPath: string): string | undefined {
  const path = join(dataPath, "control", "service.sock");
  return Buffer.byteLength(path) > MAX_PATH_BYTES ? undefined : path;
}
