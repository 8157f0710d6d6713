import type { IncomingMessage } from "node:http";

/** Ends a request whose reader has waited this long for more of the body. */
export function endStalledRequest(req: IncomingMessage, idleTimeoutMs: number): void {
  if (req.complete) return;
  let seenBytes = req.socket.bytesRead;
  const timer = setInterval(() => {
    const { bytesRead } = req.socket;
    // While the handler takes its time, the silence is not the client's fault.
    const isReading = req.readableFlowing !== false || req.listenerCount("readable") > 0;
    if (isReading && !req.complete && req.readableLength === 0 && bytesRead === seenBytes) req.destroy();
    if (req.complete || req.destroyed) clearInterval(timer);
    seenBytes = bytesRead;
  }, idleTimeoutMs).unref();
  req.once("close", () => clearInterval(timer));
}
