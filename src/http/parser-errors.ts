import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type MatrixError, matrixError } from "../errors.ts";
import { CORS_HEADERS, errorText } from "./respond.ts";
import { allowedMethods, type Route } from "./routes/route.ts";

/** How long a client has to read why it was refused before its connection is closed without its help. */
const LINGER_MS = 5000;

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

type ParserError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer; readonly bytesParsed?: number };

/** What Node's parser refuses never becomes a request, or ends one; it is answered in Matrix form all the same. */
export function answerParserErrors(server: Server, routes: () => readonly Route[]): void {
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
    // Nobody waits for an answer to what comes after the last request.
    const text = error.code === "HPE_CLOSED_CONNECTION" ? "" : textOf(toRefusal(error, routes()));
    const answer = () => answerAndClose(socket, text);
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

function toRefusal(error: ParserError, routes: readonly Route[]): MatrixError {
  if (error.code === "HPE_HEADER_OVERFLOW") return matrixError("HEADERS_TOO_LARGE");
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT") return matrixError("UPLOAD_STALLED");
  if (error.code !== "HPE_INVALID_METHOD") return matrixError("BAD_REQUEST");
  const target = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+ (\/[^\s?]*)/.exec(lineOf(error))?.[1];
  if (target === undefined) return matrixError("BAD_REQUEST");
  const route = routes.find(({ path }) => path.test(target));
  if (route === undefined) return matrixError("UNRECOGNIZED");
  return matrixError("METHOD_NOT_ALLOWED", { headers: { Allow: allowedMethods(route) } });
}

/** What came from the line on that the mistake stands in: whole requests may come before it. */
function lineOf({ rawPacket, bytesParsed = 0 }: ParserError): string {
  const text = rawPacket?.toString("latin1") ?? "";
  return text.slice(text.lastIndexOf("\n", bytesParsed - 1) + 1);
}

function textOf(error: MatrixError): string {
  const body = errorText(error);
  const headers = {
    ...CORS_HEADERS,
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    ...error.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.status} Refused\r\n${lines.join("")}Connection: close\r\n\r\n${body}`;
}
