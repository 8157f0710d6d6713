import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { turnsOf } from "../request-turns.ts";

/** How often the connections are looked at. */
const LOOK_MS = 50;
/**
 * How long a connection may be quiet before it is closed. A client that itself closes what is quiet for less (the
 * examples' nginx: one second) never sends a request into a connection that is being closed.
 */
const QUIET_MS = 2_000;

/** What a request may arrive as. */
const REQUESTS = ["request", "checkContinue", "checkExpectation"] as const;

/**
 * The end of a server whose listening socket outlives it: it accepts nothing more, and whatever comes on the
 * connections that it has accepted is still served. Each answer is the last one on its connection and says so
 * (`Connection: close`; RFC 9112, section 9.6); a connection on which nothing comes is closed after a while.
 */
export class ConnectionDrain {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();
  /** What had been read of those on which nothing happens, and since when that is all. */
  readonly #quiet = new WeakMap<Socket, { readonly bytesRead: number; readonly sinceMs: number }>();
  readonly #gone = Promise.withResolvers<void>();

  /** To be made before the server accepts its first connection. */
  constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      this.#connections.add(socket);
      socket.once("close", () => this.#connections.delete(socket));
    });
  }

  /** Stops accepting. Resolves once the last connection is closed. */
  async run(): Promise<void> {
    // Not by the HTTP server's own `close`, which ends kept connections at once, also where a request is on its way.
    NetServer.prototype.close.call(this.#server);
    for (const event of REQUESTS) this.#server.prependListener(event, closeAfterAnswer);
    for (const socket of this.#connections) {
      const response = turnsOf(socket).latest?.res;
      if (response?.headersSent === false) response.shouldKeepAlive = false;
    }
    const look = setInterval(() => this.#look(), LOOK_MS);
    this.#look();
    await this.#gone.promise;
    clearInterval(look);
  }

  #look(): void {
    const nowMs = performance.now();
    for (const socket of this.#connections) {
      const { bytesRead } = socket;
      const quiet = this.#quiet.get(socket);
      if (turnsOf(socket).isServing) this.#quiet.delete(socket);
      else if (quiet?.bytesRead !== bytesRead) this.#quiet.set(socket, { bytesRead, sinceMs: nowMs });
      else if (nowMs - quiet.sinceMs >= QUIET_MS && socket.writableLength === 0) socket.destroy();
    }
    if (this.#connections.size === 0) this.#gone.resolve();
  }
}

/** The last request that has come on a connection is the last one that is answered there. */
function closeAfterAnswer(req: IncomingMessage, res: ServerResponse): void {
  const before = turnsOf(req.socket).latest?.res;
  if (before?.headersSent === false) before.shouldKeepAlive = true;
  res.shouldKeepAlive = false;
}
