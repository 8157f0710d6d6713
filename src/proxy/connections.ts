import type { Socket } from "node:net";
import type { buildConnector } from "undici";
import { matrixError } from "../errors.ts";
import { readBeforeFailing } from "./early-answers.ts";

/**
 * Makes the connections to Synapse, of which there are never more than `max` for all uses together: an idle one is
 * closed to make room for a new one.
 */
export class Connections {
  readonly #connect: buildConnector.connector;
  readonly #max: number;
  /** All connections, including those that are being made. */
  readonly #all = new Set<object>();
  /** Idle connections, those that have been idle longest first. */
  readonly #idle = new Set<Socket>();
  #closed = false;

  constructor(max: number, connector: buildConnector.connector) {
    this.#max = max;
    this.#connect = connector;
  }

  /** Makes a connection. Rejects with `UPSTREAM_UNREACHABLE`. */
  readonly connect: buildConnector.connector = (options, done) => {
    if (this.#all.size >= this.#max) this.#closeIdle();
    const pending = {};
    this.#all.add(pending);
    this.#connect(options, (error, socket) => {
      this.#all.delete(pending);
      // Distinguished here, where nothing can have been sent yet: later the same errors do not tell that.
      if (error) return done(matrixError("UPSTREAM_UNREACHABLE", { cause: error }), null);
      this.#all.add(socket);
      readBeforeFailing(socket);
      socket.once("close", () => this.#forget(socket));
      if (this.#closed) socket.destroy();
      done(null, socket);
    });
  };

  /** A connection becomes idle. */
  keep(socket: Socket): void {
    if (!socket.destroyed) this.#idle.add(socket);
  }

  /** An idle connection is used again. */
  use(socket: Socket): void {
    this.#idle.delete(socket);
  }

  /** Ends all connections; what is under way fails. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#all) if ("destroy" in socket) (socket as Socket).destroy();
  }

  #closeIdle(): void {
    const [oldest] = this.#idle;
    if (oldest === undefined) return;
    this.#forget(oldest);
    oldest.destroy();
  }

  #forget(socket: Socket): void {
    this.#all.delete(socket);
    this.#idle.delete(socket);
  }
}
