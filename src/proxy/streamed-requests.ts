import type { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { Client } from "undici";
import { matrixError } from "../errors.ts";
import { declaredLengths } from "./headers.ts";
import type { RawHeaders } from "./headers.ts";
import type { Connections } from "./connections.ts";
import { freeAfterWrite } from "./free-after-write.ts";
import { loadUndici } from "../util/http/undici.ts";

/** What no status line may hold. */
const NOT_IN_REASON = /[^\t\x20-\x7e\x80-\xff]/;

/** A request whose body arrives piece by piece, or that has none. */
export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, as a client sends them; begins with a slash. */
  readonly target: string;
  readonly headers: RawHeaders;
  readonly body: Readable | null;
  /** Aborted when the answer is not wanted any more. */
  readonly signal?: AbortSignal | undefined;
}

/** Its answer, as it arrives. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  /** Its connection is free once this has ended or was destroyed. */
  readonly body: Readable;
}

export interface StreamOptions {
  /** How long the server may do nothing; 0 for no limit. */
  readonly timeoutMs: number;
  /** Whether a connection is used again. The server is told that it is, in any case. */
  readonly keepsConnections: boolean;
}

/** One connection, which carries one request at a time. */
interface Line {
  readonly client: Client;
  socket: Socket | undefined;
}

/** Requests that are streamed both ways. */
export class StreamedRequests {
  readonly #url: URL;
  readonly #connections: Connections;
  readonly #options: StreamOptions;
  readonly #lines = new Set<Line>();
  readonly #free: Line[] = [];

  constructor(url: URL, connections: Connections, options: StreamOptions) {
    this.#url = url;
    this.#connections = connections;
    this.#options = options;
  }

  /**
   * Sends a request once. Rejects with undici's error, and with `BAD_REQUEST` for a head that announces a body where
   * there is none.
   *
   * @param onOver called once, when the connection carries nothing any more
   */
  async send({ method, target, headers, body, signal }: UpstreamRequest, onOver: () => void): Promise<UpstreamAnswer> {
    const line = this.#takeFree() ?? this.#open();
    const { keepsConnections } = this.#options;
    const over = (canReuse: boolean) => {
      this.#put(line, canReuse);
      onOver();
    };
    try {
      if (body === null && declaredLengths(headers).some((length) => length !== "0")) throw matrixError("BAD_REQUEST");
      const response = await line.client.request({
        method,
        path: this.#url.pathname.replace(/\/+$/, "") + target,
        headers: [...headers],
        body,
        responseHeaders: "raw",
        ...(signal && { signal }),
      });
      // The reader of the body gets the error as well.
      response.body
        .on("error", () => undefined)
        .once("close", () => over(keepsConnections && response.body.readableEnded));
      return {
        status: response.statusCode,
        statusText: NOT_IN_REASON.test(response.statusText) ? "" : response.statusText,
        // With `raw` they are a list, although the type says otherwise.
        headers: response.headers as unknown as string[],
        body: response.body,
      };
    } catch (error) {
      over(false);
      throw error;
    }
  }

  /** Ends every connection; requests under way fail. */
  async close(): Promise<void> {
    await Promise.all([...this.#lines].map(({ client }) => client.destroy()));
  }

  #takeFree(): Line | undefined {
    for (;;) {
      const line = this.#free.pop();
      if (line === undefined) return undefined;
      if (line.socket && !line.socket.destroyed) {
        this.#connections.use(line.socket);
        return line;
      }
      this.#end(line);
    }
  }

  #open(): Line {
    const line: Line = {
      client: new (loadUndici().Client)(this.#url.origin, {
        connect: (options, done) =>
          this.#connections.connect(options, (...outcome) => {
            const [, socket] = outcome;
            if (socket) {
              line.socket = socket;
              freeAfterWrite(socket);
              socket.once("close", () => this.#dropFree(line));
            }
            done(...outcome);
          }),
        headersTimeout: this.#options.timeoutMs,
        bodyTimeout: this.#options.timeoutMs,
        pipelining: 1,
        allowH2: false,
      }),
      socket: undefined,
    };
    this.#lines.add(line);
    return line;
  }

  #put(line: Line, canReuse: boolean): void {
    if (!canReuse || !line.socket || line.socket.destroyed) return this.#end(line);
    this.#free.push(line);
    this.#connections.keep(line.socket);
  }

  #dropFree(line: Line): void {
    const index = this.#free.indexOf(line);
    if (index === -1) return;
    this.#free.splice(index, 1);
    this.#end(line);
  }

  #end(line: Line): void {
    this.#lines.delete(line);
    line.client.destroy().catch(() => undefined);
  }
}
