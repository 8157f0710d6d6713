import { request, type IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import { ResponseParser } from "../../src/proxy/small-request-client/response-parser.ts";
import { within } from "../../src/util/concurrency/with-timeout.ts";

/** An answer as a reader understood it. */
export interface ReadAnswer {
  readonly status: number;
  readonly statusText: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  /** Whether another answer may come over the same connection. */
  readonly canReuse: boolean;
}

/** The outcome of reading: an answer, or the reason why it is refused. */
export type Outcome = ReadAnswer | { readonly refused: string };

const HANG_MS = 30_000;
/** No head in these programs is longer. */
const HEAD_BYTES = 128 * 1024;

/** Reads as the service does, which takes these pieces from a connection that ends after them. */
export function readAsService(pieces: readonly Buffer[]): Outcome {
  const reader = new ResponseParser();
  try {
    for (const piece of pieces) {
      const answer = reader.feed(piece);
      if (answer) return { ...answer, canReuse: reader.canReuse };
    }
    return { ...reader.end(), canReuse: reader.canReuse };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** Has Node's own client read the same. */
export async function readAsNode(pieces: readonly Buffer[]): Promise<Outcome> {
  const outcome = await within(sendTo(pieces), HANG_MS);
  return outcome ?? { refused: "it never comes to an end" };
}

function sendTo(pieces: readonly Buffer[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const refuse = (error: Error) => resolve({ refused: error.message });
    const outgoing = request({
      method: "POST",
      maxHeaderSize: HEAD_BYTES,
      headers: { Connection: "keep-alive", "Content-Length": 0 },
      createConnection: () => new Pieces(pieces),
    });
    outgoing
      .on("error", refuse)
      .on("close", () => resolve({ refused: "the connection ends" }))
      .on("upgrade", (_answer, socket) => {
        socket.destroy();
        resolve({ refused: "the server answers in another protocol" });
      })
      .on("response", (answer) => {
        const body: Buffer[] = [];
        answer
          .on("data", (piece: Buffer) => body.push(piece))
          .on("error", refuse)
          .on("end", () => resolve(toAnswer(answer, Buffer.concat(body), outgoing.shouldKeepAlive)));
      })
      .end();
  });
}

function toAnswer(answer: IncomingMessage, body: Buffer, canReuse: boolean): Outcome {
  if (!answer.complete) return { refused: "it is cut short" };
  const { statusCode: status = 0, statusMessage: statusText = "", rawHeaders: headers } = answer;
  return { status, statusText, headers, body, canReuse };
}

/** A connection over which these pieces come, one after the other, and then its end. */
class Pieces extends Duplex {
  readonly #pieces: Iterator<Buffer>;

  constructor(pieces: readonly Buffer[]) {
    super();
    this.#pieces = pieces.values();
  }

  /** What a client asks of a socket. */
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  override _read(): void {
    // One at a time, as they would arrive.
    setImmediate(() => this.push(this.#pieces.next().value ?? null));
  }

  override _write(_piece: Buffer, _encoding: BufferEncoding, done: () => void): void {
    done();
  }
}
