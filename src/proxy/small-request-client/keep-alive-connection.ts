import type { Socket } from "node:net";
import { matrixError } from "../../errors.ts";
import { ResponseParser, type BufferedResponse } from "./response-parser.ts";

/** How long an idle connection is kept: less than Synapse, or a proxy in front of it, keeps one. */
const KEPT_MS = 4_000;

export interface Exchanged {
  readonly answer: BufferedResponse;
  /**
   * Whether the whole request had been sent when the answer came: only then no code reads the pieces of its body any
   * more.
   */
  readonly isSent: boolean;
}

interface Exchange {
  readonly reader: ResponseParser;
  readonly resolve: (exchanged: Exchanged) => void;
  readonly reject: (error: Error) => void;
}

/** A connection that carries one request at a time. */
export class KeepAliveConnection {
  readonly socket: Socket;
  readonly #timeoutMs: number;
  readonly #onFree: () => void;
  #current: Exchange | undefined;

  /** @param onFree called when the connection is free for the next request */
  constructor(socket: Socket, timeoutMs: number, onFree: () => void) {
    this.socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#onFree = onFree;
    socket
      // Data that arrives unasked would be taken for the next answer.
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
   * Sends a request. Rejects with `UPSTREAM_UNREACHABLE` where nothing can be sent any more, with `UPSTREAM_TIMEOUT`
   * where no data moves, and with the error that breaks the answer off or makes it invalid.
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
