import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { within } from "../../src/util/concurrency/with-timeout.ts";
import type { WireAnswer } from "../http/exchange.ts";

/** Far above everything that the service waits for in these programs. */
const HANG_MS = 30_000;
const PAUSE_MS = 200;
const HEAD_END = Buffer.from("\r\n\r\n");
const LINE_END = Buffer.from("\r\n");

/** An answer, or the lack of one, that a client must not meet. */
export class WrongAnswer extends Error {}

/** An answer of which the connection ends before it is whole. */
export class CutShort extends WrongAnswer {}

/** A client that does with its connection what it wants, and reads nothing that it does not ask for. */
export class WireClient {
  /** Waited for before each piece is read. */
  delay: (() => Promise<void>) | undefined;
  readonly #socket: Socket;
  readonly #pieces: AsyncIterator<Buffer>;
  #rest = Buffer.alloc(0);
  #isOver = false;

  private constructor(socket: Socket) {
    this.#socket = socket.setNoDelay().on("error", () => undefined);
    this.#pieces = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  static async open(port: number): Promise<WireClient> {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const client = new WireClient(socket);
    await once(socket, "connect");
    return client;
  }

  /** Resolves once all of it is with the system, or the connection is gone. */
  async send(bytes: Buffer): Promise<void> {
    if (this.#socket.destroyed || !this.#socket.writable) return;
    const written = Promise.withResolvers<void>();
    this.#socket.write(bytes, () => written.resolve());
    await written.promise;
  }

  get isGone(): boolean {
    return this.#isOver || this.#socket.destroyed;
  }

  /**
   * Resolves once the connection is gone, without reading. It sends something at these intervals, because a client that
   * does not read learns of the end in no other way.
   */
  async goneAfter(timeoutMs: number): Promise<void> {
    while (!this.isGone) {
      await wait(timeoutMs);
      await this.send(LINE_END);
      // The answer to the first one is what the second one meets.
      await wait(PAUSE_MS);
      await this.send(LINE_END);
      await wait(PAUSE_MS);
    }
  }

  /** Reads and forgets whatever comes; resolves at the end of the connection. */
  async drained(): Promise<void> {
    while (!this.isGone) {
      const piece = await this.#pieces.next().catch(() => undefined);
      this.#isOver = piece?.done !== false;
    }
  }

  /** Ends the client's side: it sends nothing more and still reads. */
  finish(): void {
    this.#socket.end();
  }

  /** Leaves by a reset. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** Leaves. */
  leave(): void {
    this.#socket.destroy();
  }

  /**
   * The next final answer, undefined where the connection ends before it. Rejects with {@link WrongAnswer} for what
   * cannot be one, for one that is cut short, and where nothing comes for long.
   */
  async next(): Promise<WireAnswer | undefined> {
    for (;;) {
      const head = await this.#through(HEAD_END);
      if (head === undefined) return undefined;
      const text = head.toString("latin1");
      if (!/^HTTP\/1\.1 [1-5]\d\d [^\r\n]*\r\n(?:[^\r\n:]+: ?[^\r\n]*\r\n)*\r\n$/.test(text)) {
        throw new WrongAnswer(`this is not the head of an answer: ${JSON.stringify(text.slice(0, 200))}`);
      }
      const status = Number(text.slice(9, 12));
      if (status < 200) continue;
      const headers = new Map(text.split("\r\n").slice(1, -2).map(toField));
      const isEmpty = status === 204 || status === 304;
      const body = isEmpty ? Buffer.alloc(0) : await this.#body(headers);
      return { status, headers, body: body.toString("latin1") };
    }
  }

  /** Something of what comes next: undefined where nothing does before the connection ends. */
  async glimpse(): Promise<void> {
    if (this.#rest.length === 0) await this.#more();
  }

  /**
   * Reads to the end of the connection and leaves; rejects with {@link WrongAnswer} where anything else comes before
   * it.
   */
  async expectEnd(): Promise<void> {
    if (this.#rest.length > 0 || (await this.#more())) {
      throw new WrongAnswer(
        `the client did not ask for ${JSON.stringify(this.#rest.toString("latin1").slice(0, 200))}`,
      );
    }
    this.leave();
  }

  async #body(headers: ReadonlyMap<string, string>): Promise<Buffer> {
    const length = headers.get("content-length");
    if (headers.get("transfer-encoding") === "chunked") return this.#chunks();
    if (length !== undefined) return this.#exactly(Number(length));
    while (await this.#more()) {
      // To its end.
    }
    return this.#exactly(this.#rest.length);
  }

  async #chunks(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (;;) {
      const line = (await this.#through(LINE_END))?.toString("latin1") ?? "";
      if (!/^[0-9a-fA-F]+\r\n$/.test(line))
        throw new WrongAnswer(`this is not the line of a chunk: ${JSON.stringify(line)}`);
      const length = parseInt(line, 16);
      const chunk = await this.#exactly(length + LINE_END.length);
      if (!chunk.subarray(length).equals(LINE_END)) throw new WrongAnswer("a chunk does not end where it should");
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
    }
  }

  async #through(mark: Buffer): Promise<Buffer | undefined> {
    for (;;) {
      const at = this.#rest.indexOf(mark);
      if (at !== -1) return this.#exactly(at + mark.length);
      if (await this.#more()) continue;
      if (this.#rest.length === 0) return undefined;
      throw new CutShort(`cut short: ${JSON.stringify(this.#rest.toString("latin1").slice(0, 200))}`);
    }
  }

  async #exactly(length: number): Promise<Buffer> {
    const pieces = [this.#rest];
    let bytes = this.#rest.length;
    while (bytes < length) {
      this.#rest = Buffer.alloc(0);
      if (!(await this.#more())) throw new CutShort(`${bytes} of ${length} bytes came`);
      pieces.push(this.#rest);
      bytes += this.#rest.length;
    }
    const whole = Buffer.concat(pieces);
    this.#rest = whole.subarray(length);
    return whole.subarray(0, length);
  }

  /** Whether there was more. */
  async #more(): Promise<boolean> {
    await this.delay?.();
    if (this.#isOver) return false;
    // A reset is an end as well.
    const piece = await within(
      this.#pieces.next().catch(() => ({ done: true, value: undefined })),
      HANG_MS,
    );
    if (piece === undefined) {
      this.leave();
      throw new WrongAnswer("nothing comes, and the connection does not end");
    }
    this.#isOver = piece.done === true;
    if (piece.value === undefined) return false;
    this.#rest = this.#rest.length === 0 ? piece.value : Buffer.concat([this.#rest, piece.value]);
    return true;
  }
}

function toField(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
