import { chmodSync } from "node:fs";
import type { ListenOptions, Server } from "node:net";

/** Only the service's own user may use files that are made under this umask. */
const OWNER_ONLY = 0o077;

/**
 * Listens on a Unix socket of this mode. A socket must have its mode from the moment it is made, or others could
 * connect before: until then only the service's own user can. `listening` is called once the socket has its mode; the
 * server emits its errors.
 */
export function listenOnSocket(
  server: Server,
  options: ListenOptions & { readonly path: string },
  { mode, listening }: { readonly mode: number; readonly listening: () => void },
): void {
  // Node makes the socket within the call. Threads may make files during it, which the service's own user can use as
  // well.
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
