import type { Socket } from "node:net";
import { matrixError } from "../../errors.ts";
import { ResponseParser, type BufferedResponse } from "./response-parser.ts";

/** How long a connection is kept that nothing goes over: less than Synapse, and what may stand before it, keep one. */
const KEPT_MS = 4_000;

export interface Exchanged {
  readonly answer: BufferedResponse;
  /** Whether all of the request was out when it came: only then nobody reads the pieces of its body any more. */
  readonly isSent: boolean;
}

interface Exchange {
  readonly reader: ResponseParser;
  readonly resolve: (exchanged: Exchanged) => void;
  readonly reject: (error: Error) => void;
}

/** A connection over which one request goes at a time. */
export class KeepAliveConnection {
  readonly socket: Socket;
  readonly #timeoutMs: number;
  readonly #onFree: () => void;
  #current: Exchange | undefined;

  /** @param onFree told when the next request may go over it */
  constructor(socket: Socket, timeoutMs: number, onFree: () => void) {
    this.socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#onFree = onFree;
    socket
      // What comes unasked would be taken for the next answer.
      .on("data", (chunk: Buffer) => this.#read((reader) => reader.feed(chunk)))
      .on("end", () => this.#read((reader) => reader.end()))
      .on("timeout", () => this.#fail(matrixError("UPSTREAM_TIMEOUT")))
      .on("error", (error) => this.#fail(error))
      .on("close", () => this.#fail(new Error("the connection is closed")));
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  /**
   * Sends a request. Rejects with `UPSTREAM_UNREACHABLE` where nothing can be sent any more, with `UPSTREAM_TIMEOUT` where nothing
   * moves, and with what breaks the answer off or makes it none.
   */
  async exchange(head: string, body: readonly Buffer[]): Promise<Exchanged> {
    const { socket } = this;
    if (!this.isOpen) throw matrixError("UPSTREAM_UNREACHABLE", { cause: new Error("the connection is closed") });
    return new Promise((resolve, reject) => {
      this.#current = { reader: new ResponseParser(), resolve, reject };
      socket.setTimeout(this.#timeoutMs);
      // All of it in one system call.
      socket.cork();
      socket.write(head, "latin1");
      for (const piece of body) socket.write(piece);
      socket.uncork();
    });
  }

  #read(read: (reader: ResponseParser) => BufferedResponse | undefined): void {
    const current = this.#current;
    if (current === undefined) {
      this.socket.destroy();
      return;
    }
    try {
      const answer = read(current.reader);
      if (answer === undefined) return;
      const isSent = this.socket.writableLength === 0;
      this.#current = undefined;
      if (isSent && current.reader.canReuse) {
        this.socket.setTimeout(KEPT_MS);
        this.#onFree();
      } else {
        this.socket.destroy();
      }
      current.resolve({ answer, isSent });
    } catch (error) {
      this.#fail(error as Error);
    }
  }

  #fail(error: Error): void {
    const current = this.#current;
    this.#current = undefined;
    this.socket.destroy();
    current?.reject(error);
  }
}
