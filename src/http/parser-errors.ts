import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { CATALOGUE, matrixError, type ErrorCode } from "../errors.ts";
import { CORS_HEADERS, errorText } from "./respond.ts";

/** How long a client has to read why it was refused before its connection is closed without its help. */
const LINGER_MS = 5000;

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

type ParserError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer };

/** What Node's parser refuses never becomes a request, or ends one; it is answered in Matrix form all the same. */
export function answerParserErrors(server: Server, knownPaths: () => readonly RegExp[]): void {
  const latest = new WeakMap<Duplex, Exchange>();
  const closing = new WeakSet<Duplex>();
  const remember = (req: IncomingMessage, res: ServerResponse) => void latest.set(req.socket, { req, res });
  server.prependListener("request", remember).prependListener("checkContinue", remember);
  server.on("clientError", (error: ParserError, socket: Duplex) => {
    if (error.code === "ECONNRESET" || error.code === "EPIPE") socket.destroy();
    // Whatever else comes after the first mistake is one as well.
    if (socket.destroyed || closing.has(socket)) return;
    closing.add(socket);
    const exchange = latest.get(socket);
    const answer = () => answerAndClose(socket, textOf(codeOf(error, knownPaths())));
    if (exchange === undefined) answer();
    else answerAfter(exchange, socket, answer);
  });
}

/** The mistake came after, or in the middle of, a request: that one is not given the answer to another. */
function answerAfter({ req, res }: Exchange, socket: Duplex, answer: () => void): void {
  if (req.complete && !res.writableFinished) res.once("close", () => answerAndClose(socket, ""));
  else if (req.complete || !res.headersSent) answer();
  else if (res.writableFinished) answerAndClose(socket, "");
  // Half an answer is on its way: only a broken connection tells the client that the rest is missing.
  else socket.destroy();
}

function answerAndClose(socket: Duplex, text: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
  socket.end(text);
}

function codeOf(error: ParserError, knownPaths: readonly RegExp[]): ErrorCode {
  if (error.code === "HPE_HEADER_OVERFLOW") return "HEADERS_TOO_LARGE";
  if (error.code !== "HPE_INVALID_METHOD") return "BAD_REQUEST";
  const target = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ (\/[^\s?]*)/.exec(error.rawPacket?.toString("latin1") ?? "")?.[1];
  if (target === undefined) return "BAD_REQUEST";
  return knownPaths.some((path) => path.test(target)) ? "METHOD_NOT_ALLOWED" : "UNRECOGNIZED";
}

function textOf(code: ErrorCode): string {
  const body = errorText(matrixError(code));
  const headers = { ...CORS_HEADERS, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${CATALOGUE[code][0]} Refused\r\n${lines.join("")}Connection: close\r\n\r\n${body}`;
}
