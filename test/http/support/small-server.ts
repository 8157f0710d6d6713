import { once } from "node:events";
import type { Server } from "node:http";
import { onTestFinished } from "vitest";
import { createApp } from "../../../src/http/app.ts";
import { createHttpServer } from "../../../src/http/listening/listener.ts";
import { Probes } from "../../../src/http/probes.ts";
import { ActiveRequests } from "../../../src/http/draining/active-requests.ts";
import type { Handler, Route } from "../../../src/http/routes/route.ts";
import { NO_METRICS } from "../../../src/metrics/metrics.ts";
import { ShutdownGate } from "../../../src/http/draining/shutdown-gate.ts";
import { captureLog, type CapturedLog } from "../../support/captured-log.ts";
import { portOf } from "./bodies.ts";

/** The service's HTTP side alone, with routes of a test. */
export interface SmallServer {
  readonly server: Server;
  readonly port: number;
  readonly log: CapturedLog;
  /** The requests under way. */
  readonly requests: ActiveRequests;
}

/** How a small server treats what stalls. */
export interface SmallServerLimits {
  readonly idleTimeoutMs?: number;
  readonly answerIdleTimeoutMs?: number;
}

/** Serves each handler at its path, with GET and POST. The server is closed after the test. */
export async function startSmallServer(
  handlers: Record<string, Handler>,
  { idleTimeoutMs = 60_000, answerIdleTimeoutMs = 60_000 }: SmallServerLimits = {},
): Promise<SmallServer> {
  const log = captureLog();
  const requests = new ActiveRequests();
  const routes = Object.entries(handlers).map(([path, handle]): Route => {
    return { name: path, path: new RegExp(`^${path}$`), methods: { get: handle, post: handle } };
  });
  const app = createApp({
    routes,
    log,
    requests,
    stopping: new ShutdownGate(),
    metrics: NO_METRICS,
    refusals: { add: () => undefined },
    probes: new Probes(),
    maxDiscardBytes: 2 ** 24,
    idleTimeoutMs,
    xForwarded: false,
  });
  const server = createHttpServer(() => ({ app, routes, answerIdleTimeoutMs }));
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { server, port: portOf(server), log, requests };
}
