import { connect } from "node:net";

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** What came of a connection. */
export interface Exchange {
  /** Final answers in their order; undefined where what came is not HTTP. */
  readonly answers: readonly WireAnswer[] | undefined;
  /** What came, to the byte (latin1). */
  readonly received: string;
  /** Whether the service never closed the connection, though there was nothing left to wait for. */
  readonly hung: boolean;
}

/** Far above everything that the service waits for in these programs. */
const HANG_MS = 30_000;

export interface ExchangeOptions {
  /**
   * After this many answers (or the end of the connection) the client has what it wants; absent: as soon as everything
   * is sent.
   */
  readonly answers?: number;
  /** What is sent then, before the client ends its side. */
  readonly last?: string;
}

/**
 * Writes each piece by itself (latin1), ends its side of the connection, and reads until the service ends the other.
 */
export async function exchange(
  port: number,
  pieces: readonly string[],
  { answers = 0, last = "" }: ExchangeOptions = {},
): Promise<Exchange> {
  const socket = connect(port, "127.0.0.1").setNoDelay();
  let received = "";
  let hung = false;
  // A reset is an end as well.
  const closed = new Promise<void>((resolve) => socket.on("error", () => undefined).once("close", () => resolve()));
  const enough = new Promise<void>((resolve) => {
    const look = () => void ((parseAnswers(received)?.length ?? 0) >= answers && resolve());
    socket.setEncoding("latin1").on("data", (text: string) => {
      received += text;
      look();
    });
    look();
  });
  const timer = setTimeout(() => {
    hung = true;
    socket.destroy();
  }, HANG_MS);
  for (const piece of pieces) {
    if (socket.destroyed) break;
    await new Promise<void>((written) => socket.write(piece, "latin1", () => written()));
  }
  await Promise.race([enough, closed]);
  socket.end(last, "latin1");
  await closed;
  clearTimeout(timer);
  return { answers: parseAnswers(received), received, hung };
}

/** The answers in the data of a connection, without interim ones (1xx). Answers to HEAD would not be understood. */
export function parseAnswers(received: string): WireAnswer[] | undefined {
  const answers: WireAnswer[] = [];
  let rest = received;
  while (rest !== "") {
    const [head] = /^HTTP\/1\.1 [1-5]\d\d [^\r\n]*\r\n(?:[^\r\n:]+: ?[^\r\n]*\r\n)*\r\n/.exec(rest) ?? [];
    if (head === undefined) return undefined;
    rest = rest.slice(head.length);
    const status = Number(head.slice(9, 12));
    if (status < 200) continue;
    const lines = head.split("\r\n").slice(1, -2);
    const headers = new Map(lines.map((line) => splitAt(line, line.indexOf(":"))));
    const length = status === 204 || status === 304 ? 0 : lengthOf(rest, headers);
    if (length === undefined || length > rest.length) return undefined;
    answers.push({ status, headers, body: rest.slice(0, length) });
    rest = rest.slice(length);
  }
  return answers;
}

function splitAt(line: string, colon: number): [name: string, value: string] {
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** The bytes that a body takes on the wire, frames of its chunks included. */
function lengthOf(rest: string, headers: ReadonlyMap<string, string>): number | undefined {
  const length = headers.get("content-length");
  // Without either, the body continues to the end of the connection.
  if (headers.get("transfer-encoding") !== "chunked") return length === undefined ? rest.length : Number(length);
  return /^(?:[0-9a-f]+\r\n[^]*?\r\n)*?0\r\n\r\n/.exec(rest)?.[0].length;
}
