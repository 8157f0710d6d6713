import type { ServerResponse } from "node:http";
import type { MatrixError } from "../../errors.ts";
import { toJsonText } from "../../util/text/json-text.ts";

/**
 * Sent with every answer, errors included: Client-Server API, "Web Browser Clients". Includes what a page needs to ask
 * for ranges, and to read them.
 */
export const CORS_HEADERS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
  "Access-Control-Allow-Headers": "X-Requested-With, Content-Type, Authorization, Date, Range, If-Range, If-None-Match",
  "Access-Control-Expose-Headers":
    "Synapse-Trace-Id, Server, Content-Range, ETag, Content-Disposition, Accept-Ranges, X-Request-ID",
} as const;

/** Sends a body that is JSON text already. */
export function sendJson(res: ServerResponse, status: number, text: string, headers?: Record<string, string>): void {
  writeJsonHead(res, status, text, headers);
  res.end(text);
}

/** Sends an error in Matrix form: `{"errcode", "error", …}`. */
export function sendError(res: ServerResponse, error: MatrixError, headers?: Record<string, string>): void {
  sendJson(res, error.status, errorText(error), { ...error.headers, ...headers });
}

/** Headers that a handler may have set for an answer that it did not send, and that would make this one unreadable. */
const OF_ANOTHER_BODY = [
  "Content-Encoding",
  "Content-Language",
  "Content-Range",
  "ETag",
  "Last-Modified",
  "Trailer",
  "Transfer-Encoding",
];

const answeredAhead = new WeakSet<ServerResponse>();

/** Whether the client has a complete answer although its response is still open: {@link sendErrorAhead}. */
export function isAnsweredAhead(res: ServerResponse): boolean {
  return answeredAhead.has(res);
}

/**
 * Like {@link sendError}, but the response stays open although the client has all of it: Node closes some connections
 * at its end.
 */
export function sendErrorAhead(res: ServerResponse, error: MatrixError): void {
  answeredAhead.add(res);
  const text = errorText(error);
  writeJsonHead(res, error.status, text, error.headers);
  res.write(text);
}

function writeJsonHead(res: ServerResponse, status: number, text: string, headers?: Record<string, string>): void {
  // Removes what a handler has set for another answer before it failed, or what cannot be sent at all.
  res.statusMessage = "";
  for (const name of OF_ANOTHER_BODY) res.removeHeader(name);
  res.writeHead(status, { ...jsonHeaders(text), ...headers });
}

/** The headers of an answer that is JSON text. */
export function jsonHeaders(text: string): Record<string, string | number> {
  return {
    ...CORS_HEADERS,
    "Content-Type": "application/json",
    "Cache-Control": "no-cache, no-store, must-revalidate",
    "Content-Length": Buffer.byteLength(text),
  };
}

/** The body of an error, as JSON text. */
export function errorText(error: MatrixError): string {
  return error.bodyText ?? toJsonText({ errcode: error.errcode, error: error.message, ...error.fields });
}
