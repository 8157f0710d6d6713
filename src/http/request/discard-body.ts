import type { IncomingMessage } from "node:http";
import type { RequestHandler } from "express";

/** How bodies are discarded that were not read before their request was answered. */
export interface DiscardOptions {
  readonly maxBytes: number;
  /** A body that is slower than {@link leastBytesWithin} this time is ended. */
  readonly idleTimeoutMs: number;
}

/**
 * The least rate at which a client must send a body that is discarded: a slower one would hold its connection for
 * nothing.
 */
const LEAST_BYTES_PER_SECOND = 1024;

/** How many bytes of a discarded body must arrive within a time. */
export function leastBytesWithin(idleTimeoutMs: number): number {
  return (LEAST_BYTES_PER_SECOND * idleTimeoutMs) / 1000;
}

const discarding = new WeakSet<IncomingMessage>();

/**
 * Reads and discards what a client still sends after it was answered, up to a limit: closing at once would reset the
 * connection, and the client would never see the answer. Beyond the limit, or where the body comes too slowly, the
 * connection is closed.
 */
export function discardBody(req: IncomingMessage, { maxBytes, idleTimeoutMs }: DiscardOptions): void {
  if (req.complete || req.destroyed || discarding.has(req)) return;
  discarding.add(req);
  const leastBytes = leastBytesWithin(idleTimeoutMs);
  let left = maxBytes;
  let sinceRefreshed = 0;
  // Not the socket's own timeout: Node resets that one to the time of idle connections once the answer has been sent.
  const tooSlow = setTimeout(() => req.destroy(), idleTimeoutMs);
  req.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    sinceRefreshed += chunk.length;
    if (left < 0) req.destroy();
    else if (sinceRefreshed >= leastBytes) {
      sinceRefreshed = 0;
      tooSlow.refresh();
    }
  });
  req.on("error", () => undefined);
  req.once("end", () => clearTimeout(tooSlow)).once("close", () => clearTimeout(tooSlow));
  req.resume();
}

/** Discards what a handler that has answered left of a body; Node would read it at any pace and of any length. */
export function discardUnread(options: DiscardOptions): RequestHandler {
  return (req, res, next) => {
    // Before Node finishes the response and dumps the body: its pace could not be measured afterwards.
    res.prependOnceListener("finish", () => discardBody(req, options));
    next();
  };
}
