import type { Connection } from "../../bridge/transport/connection.ts";
import type { SlotModule } from "../../callbacks/slots/slot.ts";
import type { Logger } from "../../util/log.ts";
import type { WebResources } from "../../web/web-resources.ts";
import type { SocketFolder } from "./children/socket-folder.ts";

export interface PythonWebOptions {
  readonly resources: WebResources;
  readonly sockets: SocketFolder;
  /** The largest body of a request that the child accepts. */
  readonly maxBodyBytes: number;
  readonly log: Logger;
}

const LISTEN_MS = 60_000;

/** The web resources of Python modules: their paths outlive a child, the socket on which they answer does not. */
export class PythonWeb {
  readonly #options: PythonWebOptions;
  /** All paths so far, and whether the running child has registered them. */
  readonly #paths = new Map<string, { readonly module: string; isServed: boolean }>();
  #listening: { readonly connection: Connection; readonly done: Promise<void> } | undefined;
  #socketPath: string | undefined;

  constructor(options: PythonWebOptions) {
    this.#options = options;
  }

  /** Takes what a module registered. Throws a StartError where a path is the service's own. */
  bind({ name }: SlotModule, paths: readonly string[]): void {
    for (const path of paths) {
      const known = this.#paths.get(path);
      if (known !== undefined) {
        known.isServed = true;
        continue;
      }
      const entry = { module: name, isServed: true };
      const socketPath = () => (entry.isServed ? this.#socketPath : undefined);
      this.#options.resources.add({ path, module: name, serves: { socketPath } });
      this.#paths.set(path, entry);
    }
  }

  /** Has the child listen, once, if there is something to serve. Rejects with what the child answers. */
  async listen(connection: Connection): Promise<void> {
    if (this.#paths.size === 0) return;
    if (this.#listening?.connection !== connection) this.#listening = { connection, done: this.#open(connection) };
    await this.#listening.done;
  }

  /** The child is gone, and so is its socket. */
  unbindAll(): void {
    this.#socketPath = undefined;
    for (const entry of this.#paths.values()) entry.isServed = false;
  }

  /** Logs every path that a restarted child has not registered again. */
  warnOfMissing(): void {
    for (const [path, { module, isServed }] of this.#paths) {
      if (!isServed)
        this.#options.log.error({ module, path }, "the restarted module did not register this web resource");
    }
  }

  close(): void {
    this.unbindAll();
    this.#options.sockets.close();
  }

  async #open(connection: Connection): Promise<void> {
    const path = this.#options.sockets.nextPath();
    const params = { path, max_body_bytes: this.#options.maxBodyBytes };
    await connection.request("serve_web", params, { deadlineMs: LISTEN_MS });
    this.#socketPath = path;
  }
}
