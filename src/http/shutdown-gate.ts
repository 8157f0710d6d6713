import type { RequestHandler } from "express";
import { type MatrixError, matrixError } from "../errors.ts";
import { CORS_HEADERS } from "./response/json.ts";

/** Whether the service is on its way to its end: what runs is finished, nothing begins. */
export class ShutdownGate {
  #hasBegun = false;

  get begun(): boolean {
    return this.#hasBegun;
  }

  begin(): void {
    this.#hasBegun = true;
  }
}

/** What a request gets that a service on its way to its end does not finish. */
export function stoppingError(headers: Record<string, string> = {}): MatrixError {
  return matrixError("STOPPING", { headers });
}

/** Once the service stops: `/health` says so, and whatever else comes is refused and may come again, here or elsewhere. */
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
