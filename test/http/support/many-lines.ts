import { RawConnection, type RawAnswer } from "./raw-connection.ts";

/** How a body of five bytes says where it ends. */
export const FRAMINGS = {
  "a length": { header: ["Content-Length", "5"], body: "hello" },
  chunks: { header: ["Transfer-Encoding", "chunked"], body: "5\r\nhello\r\n0\r\n\r\n" },
} as const;

export type Framing = keyof typeof FRAMINGS;

/** A request with a body of five bytes. */
export interface ManyLines {
  readonly method: string;
  readonly target: string;
  readonly framing: Framing;
  /** How many header lines there are, all told; the one that tells the body's length is the last. */
  readonly lines: number;
  readonly headers?: readonly (readonly [string, string])[];
}

/** An answer, and whether the connection was closed with it. */
export interface ManyLinesAnswer extends RawAnswer {
  readonly text: string;
  readonly isClosed: boolean;
}

/** Sends a request with many header lines as alice, followed by another on the same connection. */
export async function askWithManyLines(port: number, request: ManyLines): Promise<ManyLinesAnswer> {
  const { method, target, framing, lines, headers = [] } = request;
  const own = [["Authorization", "Bearer token-of-alice"] as const, ...headers];
  const { header, body } = FRAMINGS[framing];
  // One line is the host's, one tells the length.
  const filling = Array.from({ length: lines - own.length - 2 }, () => ["te", ""] as const);
  const connection = await RawConnection.open(port);
  try {
    connection.send({ method, target, headers: [...own, ...filling, header], body });
    const answer = await connection.answer();
    connection.send({ method: "GET", target: "/health" });
    const isClosed = await connection.answer().then(
      () => false,
      () => true,
    );
    return { ...answer, text: answer.body.toString(), isClosed };
  } finally {
    connection.socket.destroy();
  }
}
