import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name; one that came twice is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RawRequest {
  readonly method: string;
  /** Goes into the request line to the letter. */
  readonly target: string;
  /** In their order and case; values are sent as latin1. */
  readonly headers?: readonly (readonly [string, string])[];
  /** Sent with a `Content-Length`, unless the headers say how long it is. */
  readonly body?: string | Buffer;
}

/** What `fetch` cannot say: requests byte for byte, and what comes back, when. */
export class RawConnection {
  readonly socket: Socket;
  /** How the other side ended the connection, once it has. */
  readonly closed: Promise<"closed" | "reset">;
  /** What has come and was not read yet: joined when it is looked at, since a large answer comes in many pieces. */
  #pieces: Buffer[] = [];
  #receivedBytes = 0;
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once("end", () => resolve("closed"));
      socket.once("error", () => resolve("reset"));
      socket.once("close", () => resolve("closed"));
    });
    void this.#noteEnd();
    socket.on("data", (chunk: Buffer) => {
      this.#pieces.push(chunk);
      this.#receivedBytes += chunk.length;
      this.#wake();
    });
  }

  /** @param where a port of 127.0.0.1, or the path of a Unix socket */
  static async open(where: number | string): Promise<RawConnection> {
    const socket = typeof where === "number" ? connect(where, "127.0.0.1") : connect(where);
    const connection = new RawConnection(socket);
    await once(socket, "connect");
    return connection;
  }

  /** One request on a connection of its own, and its answer. */
  static async ask(where: number | string, request: RawRequest): Promise<RawAnswer> {
    const connection = await RawConnection.open(where);
    try {
      connection.send(request);
      return await connection.answer(request.method);
    } finally {
      connection.socket.destroy();
    }
  }

  send({ method, target, headers = [], body }: RawRequest): void {
    const framed = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
    const lines = [
      `${method} ${target} HTTP/1.1`,
      "Host: example.test",
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ];
    if (body !== undefined && !framed) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
    this.socket.write(body === undefined ? head : Buffer.concat([head, Buffer.from(body)]));
  }

  /** Writes bytes of a body; resolves when they have left this process, or never will. */
  async write(bytes: string | Buffer): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()));
  }

  /** Whether the other side has ended the connection. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether nothing has come that was not read yet. */
  get silent(): boolean {
    return this.#receivedBytes === 0;
  }

  /** Waits for `100 Continue`; rejects where something else comes. */
  async continued(): Promise<void> {
    const head = await this.#head();
    if (!head.startsWith("HTTP/1.1 100")) throw new Error(`not told to continue, but ${head}`);
  }

  /** The next final answer. Rejects where the connection ends first. */
  async answer(method = "GET"): Promise<RawAnswer> {
    let head = await this.#head();
    while (head.startsWith("HTTP/1.1 1")) head = await this.#head();
    const status = Number(head.slice(9, 12));
    const headers: Record<string, string> = {};
    for (const line of head.split("\r\n").slice(1)) {
      const name = line.slice(0, line.indexOf(":")).toLowerCase();
      const value = line.slice(line.indexOf(":") + 1).trim();
      headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
    }
    const empty = method === "HEAD" || status === 204 || status === 304;
    return { status, headers, body: empty ? Buffer.alloc(0) : await this.#body(headers) };
  }

  async #noteEnd(): Promise<void> {
    await this.closed;
    this.#ended = true;
    this.#wake();
  }

  async #head(): Promise<string> {
    await this.#until(() => this.#received.includes("\r\n\r\n"));
    return this.#take(this.#received.indexOf("\r\n\r\n") + 4)
      .toString("latin1")
      .trimEnd();
  }

  async #body(headers: Record<string, string>): Promise<Buffer> {
    if (headers["transfer-encoding"] === "chunked") return this.#chunks();
    const length = Number(headers["content-length"]);
    await this.#until(() => this.#receivedBytes >= length);
    return this.#take(length);
  }

  async #chunks(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (;;) {
      await this.#until(() => this.#received.includes("\r\n"));
      const length = Number.parseInt(this.#take(this.#received.indexOf("\r\n") + 2).toString(), 16);
      await this.#until(() => this.#receivedBytes >= length + 2);
      chunks.push(this.#take(length + 2).subarray(0, length));
      if (length === 0) return Buffer.concat(chunks);
    }
  }

  async #until(ready: () => boolean): Promise<void> {
    while (!ready()) {
      if (this.#ended)
        throw new Error(`the connection ended after ${JSON.stringify(this.#received.toString("latin1"))}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get #received(): Buffer {
    const joined = Buffer.concat(this.#pieces);
    this.#pieces = [joined];
    return joined;
  }

  #take(length: number): Buffer {
    const received = this.#received;
    this.#pieces = [received.subarray(length)];
    this.#receivedBytes = Math.max(0, received.length - length);
    return received.subarray(0, length);
  }
}
