import type { buildConnector } from "undici";
import { matrixError } from "../../errors.ts";
import type { Connections } from "../connections.ts";
import type { RawHeaders } from "../headers.ts";
import { KeepAliveConnection, type Exchanged } from "./keep-alive-connection.ts";

const NOT_IN_FIELD = /[^\t\x20-\x7e\x80-\xff]/;

/** A request that is complete before it is sent. */
export interface SmallRequest {
  readonly method: "POST" | "PUT";
  /** Path and query; begins with a slash. */
  readonly target: string;
  /** With the length of the body. */
  readonly headers: RawHeaders;
  readonly body: readonly Buffer[];
}

/**
 * Small requests over HTTP/1.1, by connections that are kept. With undici's `dispatch()` an upload of 100 KB takes 0.02
 * to 0.18 ms more, of the 0.7 that guarding adds to it: its parser is large, and cold between one upload and the next.
 * docs/architecture.md has the figures.
 */
export class SmallRequestClient {
  readonly #address: buildConnector.Options & { readonly host: string };
  readonly #prefix: string;
  readonly #connections: Connections;
  readonly #timeoutMs: number;
  readonly #free: KeepAliveConnection[] = [];

  /** @param url its path precedes every target */
  constructor(url: URL, connections: Connections, timeoutMs: number) {
    const { protocol, hostname, host, port, pathname } = url;
    this.#prefix = pathname.replace(/\/+$/, "");
    this.#address = { protocol, hostname: hostname.replaceAll(/^\[|\]$/g, ""), host, port };
    this.#connections = connections;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Sends a request once. Rejects as `KeepAliveConnection.exchange` does, with the error of a connection that could not
   * be made, and with `BAD_REQUEST` for what no request may hold.
   */
  async exchange(request: SmallRequest): Promise<Exchanged> {
    const head = this.#headOf(request);
    const connection = this.#takeFree() ?? (await this.#open());
    return connection.exchange(head, request.body);
  }

  #headOf({ method, target, headers, body }: SmallRequest): string {
    const sizeBytes = body.reduce((sum, piece) => sum + piece.length, 0);
    const lengths: string[] = [];
    let hosts = 0;
    let fields = "";
    for (let index = 0; index + 1 < headers.length; index += 2) {
      const [name = "", value = ""] = [headers[index], headers[index + 1]];
      const lower = name.toLowerCase();
      if (lower === "host") hosts += 1;
      else if (lower === "content-length") lengths.push(value);
      // Headers that would make the server read the body differently from how it is written.
      else if (lower === "transfer-encoding") throw matrixError("BAD_REQUEST");
      if (NOT_IN_FIELD.test(name) || NOT_IN_FIELD.test(value)) throw matrixError("BAD_REQUEST");
      fields += `${name}: ${value}\r\n`;
    }
    // With two of them, it is unknown which one the server reads.
    if (hosts > 1 || target.includes(" ") || NOT_IN_FIELD.test(target)) throw matrixError("BAD_REQUEST");
    // If a body is longer or shorter than its head says, the rest is taken for the next request, or waited for.
    if (lengths.join() !== String(sizeBytes)) throw matrixError("BAD_REQUEST");
    const host = hosts === 0 ? `Host: ${this.#address.host}\r\n` : "";
    return `${method} ${this.#prefix}${target} HTTP/1.1\r\n${host}${fields}\r\n`;
  }

  #takeFree(): KeepAliveConnection | undefined {
    let connection = this.#free.pop();
    // A connection that is ending may not have said so yet.
    while (connection?.isOpen === false) connection = this.#free.pop();
    if (connection) this.#connections.use(connection.socket);
    return connection;
  }

  #open(): Promise<KeepAliveConnection> {
    return new Promise((resolve, reject) => {
      this.#connections.connect(this.#address, (error, socket) => {
        if (error) return reject(error);
        const connection: KeepAliveConnection = new KeepAliveConnection(socket, this.#timeoutMs, () => {
          this.#free.push(connection);
          this.#connections.keep(socket);
        });
        socket.once("close", () => {
          const index = this.#free.indexOf(connection);
          if (index !== -1) this.#free.splice(index, 1);
        });
        resolve(connection);
      });
    });
  }
}
