import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";
import { type MatrixError, matrixError } from "../../errors.ts";

/** The most header lines that a request may have: as many as Twisted accepts. */
const MAX_HEADER_LINES = 500;

/**
 * Refuses a head that two readers could understand differently, before anything else looks at the request, and closes
 * the connection: what follows such a head cannot be trusted.
 */
export const checkHead: RequestHandler = (req, res, next) => {
  const error = findFault(req);
  if (error === undefined) return next();
  res.shouldKeepAlive = false;
  throw error;
};

function findFault(req: IncomingMessage): MatrixError | undefined {
  if (req.rawHeaders.length > 2 * MAX_HEADER_LINES) return matrixError("HEADERS_TOO_LARGE");
  const coding = req.headers["transfer-encoding"];
  if (coding !== undefined && (coding.toLowerCase() !== "chunked" || req.httpVersion === "1.0")) {
    return matrixError("TRANSFER_CODING_UNKNOWN");
  }
  // RFC 9112, section 3.2.
  const hosts = countHosts(req.rawHeaders);
  return hosts > 1 || (hosts === 0 && req.httpVersion === "1.1") ? matrixError("BAD_REQUEST") : undefined;
}

function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts;
}
