import type { RequestHandler } from "express";
import { type MatrixError, matrixError } from "../../errors.ts";
import { CORS_HEADERS } from "../response/json.ts";

/** Whether the service is stopping: requests under way are finished, and new ones are refused. */
export class ShutdownGate {
  #hasBegun = false;

  get begun(): boolean {
    return this.#hasBegun;
  }

  begin(): void {
    this.#hasBegun = true;
  }
}

/** The answer to a request that a stopping service does not finish. */
export function stoppingError(headers: Record<string, string> = {}): MatrixError {
  return matrixError("STOPPING", { headers });
}

/**
 * Once the service stops, `/health` says so. Every other request is refused, and the client may repeat it, here or
 * elsewhere.
 */
export function refuseWhileShuttingDown(stopping: ShutdownGate): RequestHandler {
  return (req, res, next) => {
    if (!stopping.begun) return next();
    if (req.path !== "/health") {
      throw stoppingError({ Connection: "close" });
    }
    res.writeHead(503, { ...CORS_HEADERS, "Content-Type": "text/plain; charset=utf-8", Connection: "close" });
    res.end("the service is stopping");
  };
}
