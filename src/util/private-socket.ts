import { chmodSync } from "node:fs";
import type { ListenOptions, Server } from "node:net";

/** What is made meanwhile is the service's own user's alone. */
const OWNER_ONLY = 0o077;

/**
 * Listens on a Unix socket of this mode. A socket has its mode from the moment it is made, or others could connect before it has: until
 * it gets it, only the service's own user can. `listening` is called once it has its mode; the server emits its errors.
 */
export function listenOnSocket(
  server: Server,
  options: ListenOptions & { readonly path: string },
  { mode, listening }: { readonly mode: number; readonly listening: () => void },
): void {
  // Node makes the socket within the call. Threads may make files meanwhile, which the service's own user can use as well.
  const former = process.umask(OWNER_ONLY);
  try {
    server.listen(options, () => {
      try {
        chmodSync(options.path, mode);
      } catch (error) {
        server.close();
        server.emit("error", error);
        return;
      }
      listening();
    });
  } finally {
    process.umask(former);
  }
}
