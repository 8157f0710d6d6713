import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import { type MatrixError, matrixError } from "../../errors.ts";
import { STATUS_CODES } from "../../util/http/node-http.ts";
import { turnsOf, type Exchange } from "../request-turns.ts";
import { errorText, isAnsweredAhead, jsonHeaders } from "../response/json.ts";
import { allowedMethods, type Route } from "../routes/route.ts";
import { onTunnel } from "./tunnels.ts";

/** How long a client has to read why it was refused before the service closes its connection. */
const LINGER_MS = 5000;

type ParserError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer; readonly bytesParsed?: number };

/** What Node's parser refuses never becomes a request, or ends one. It is answered in Matrix form nevertheless. */
export function answerParserErrors(server: Server, routes: () => readonly Route[]): void {
  const closing = new WeakSet<Duplex>();
  server.on("clientError", (error: ParserError, socket: Duplex) => {
    if (error.code === "ECONNRESET" || error.code === "EPIPE") socket.destroy();
    // Everything that comes after the first mistake is a mistake as well.
    if (socket.destroyed || closing.has(socket)) return;
    closing.add(socket);
    const turns = turnsOf(socket);
    const { latest } = turns;
    const broken = latest?.req.complete === false ? latest : undefined;
    const text = textOf(error, broken, routes());
    const answer = () => answerAndClose(socket, text);
    // The answer to a mistake comes in its turn: after the requests before it, or as the answer to the request whose
    // body has it.
    if (broken === undefined || turns.withdraw(broken)) {
      // After half a request, as after a whole one, the end of the client's data ends what is under way.
      if (error.code === "HPE_INVALID_EOF_STATE" && turns.isServing) socket.end();
      else turns.endWith(answer);
    } else answerBroken(broken, socket, answer);
  });
  // Node would close the connection, together with the answers that are still due on it.
  onTunnel(server, (socket) => {
    closing.add(socket);
    turnsOf(socket).endWith(() => answerAndClose(socket, answerText(matrixError("UNRECOGNIZED"))));
  });
}

/** The mistake is in the body of the request that is being served. */
function answerBroken({ res }: Exchange, socket: Duplex, answer: () => void): void {
  if (!res.headersSent) answer();
  else if (res.writableFinished || isAnsweredAhead(res)) answerAndClose(socket, "");
  // Half an answer has been sent: only a broken connection tells the client that the rest is missing.
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

function textOf(error: ParserError, broken: Exchange | undefined, routes: readonly Route[]): string {
  // A client does not wait for an answer to what it sends after its last request.
  if (error.code === "HPE_CLOSED_CONNECTION") return "";
  if (error.code === "HPE_INVALID_EOF_STATE" && broken) return answerText(matrixError("UPLOAD_INCOMPLETE"));
  return answerText(toRefusal(error, routes));
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

/**
 * The data from the bad method on. Whole requests may precede it, and the end of a body, which may look like a request.
 */
function lineOf({ rawPacket, bytesParsed = 0 }: ParserError): string {
  const text = rawPacket?.toString("latin1") ?? "";
  let start = bytesParsed;
  while (start > 0 && /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(text.charAt(start - 1))) start -= 1;
  return text.slice(start);
}

function answerText(error: MatrixError): string {
  const body = errorText(error);
  const headers = {
    ...jsonHeaders(body),
    ...error.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? "Refused"}\r\n${lines.join("")}Connection: close\r\n\r\n${body}`;
}
