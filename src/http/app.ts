import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import { MatrixError, matrixError } from "../errors.ts";
import { finishAfterBody } from "../util/bodies/finish-after-body.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Logger } from "../util/log.ts";
import { requestFacts } from "../util/http/request-ids.ts";
import { checkHead } from "./request/check-head.ts";
import { removeForwarded } from "./request/client-claims.ts";
import { discardBody, discardUnread, type DiscardOptions } from "./request/discard-body.ts";
import type { Probes } from "./probes.ts";
import { tellToContinue, waitsForContinue } from "./request/body.ts";
import type { ActiveRequests } from "./draining/active-requests.ts";
import { logRequests, type RefusalTaker } from "./record/request-log.ts";
import { recordOf } from "./record/request-record.ts";
import { CORS_HEADERS, sendError, sendErrorAhead } from "./response/json.ts";
import { allowedMethods, type Route } from "./routes/route.ts";
import { refuseWhileShuttingDown, type ShutdownGate } from "./draining/shutdown-gate.ts";

export interface AppOptions {
  readonly routes: readonly Route[];
  readonly log: Logger;
  /** Counts the requests under way. */
  readonly requests: ActiveRequests;
  readonly metrics: Pick<Metrics, "requestEnded">;
  /** Called for refused uploads. */
  readonly refusals: RefusalTaker;
  readonly stopping: ShutdownGate;
  /** How much of a refused body is read and thrown away before the connection is closed. */
  readonly maxDiscardBytes: number;
  readonly idleTimeoutMs: number;
  readonly probes: Probes;
  /** Whether `X-Forwarded-…` is trusted: only behind a proxy that sets it. */
  readonly xForwarded: boolean;
  /** Answers requests that match none of the service's own routes. */
  readonly fallback?: RequestHandler;
}

/** The Express application: CORS, routes matched literally, errors in Matrix form, one log line per request. */
export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by").disable("etag").disable("query parser");
  app.enable("case sensitive routing").enable("strict routing");
  const first = [
    refuseWhileShuttingDown(options.stopping),
    logRequests(options),
    discardUnread(discards(options)),
    checkHead,
    answerPreflight,
    options.probes.answer,
    ...(options.xForwarded ? [] : [removeClaims]),
  ];
  app.use(inTurn(first));
  for (const known of options.routes) {
    const { name, path, methods } = known;
    // Express would decode groups, and answer with an error of its own where they cannot be decoded.
    const route = app.route(new RegExp(path.source.replaceAll(/\((?!\?)/g, "(?:")));
    for (const [method, handle] of Object.entries(methods)) {
      route[method as "get"]((req, res) => {
        const record = recordOf(res);
        if (record) record.route = name;
        return handle(req, res);
      });
    }
    route.all(() => {
      throw matrixError("METHOD_NOT_ALLOWED", { headers: { Allow: allowedMethods(known) } });
    });
  }
  if (options.fallback) app.use(options.fallback);
  app.use(() => {
    throw matrixError("UNRECOGNIZED");
  });
  app.use(answerError(options));
  return app;
}

/** The errors that are logged here. Others are refusals, or are logged with more details where they happen. */
const LOGGED_HERE: ReadonlySet<string | undefined> = new Set<string | undefined>([
  "INTERNAL",
  "STORE_FAILED",
  "STORE_FULL",
  "STORE_BUSY",
]);

/** One handler that calls synchronous ones in turn: Express takes longer to get from one to the next. */
function inTurn(handlers: readonly RequestHandler[]): RequestHandler {
  return (req, res, next) => {
    let index = 0;
    const callNext = (error?: unknown) => {
      const handler = handlers[index++];
      if (handler === undefined || error !== undefined) next(error);
      else void handler(req, res, callNext);
    };
    callNext();
  };
}

/** After the probes, which report the request as it arrived. */
const removeClaims: RequestHandler = (req, _res, next) => {
  removeForwarded(req);
  next();
};

const answerPreflight: RequestHandler = (req, res, next) => {
  if (req.method !== "OPTIONS") return next();
  res.writeHead(204, CORS_HEADERS).end();
};

function answerError(options: AppOptions): ErrorRequestHandler {
  return (thrown: unknown, req, res, _next) => {
    const error = MatrixError.is(thrown) ? thrown : matrixError("INTERNAL", { cause: thrown });
    const record = recordOf(res);
    if (record) record.error = error;
    if (LOGGED_HERE.has(error.code)) {
      options.log.error({ ...requestFacts(record?.number), err: error.cause ?? error }, "request failed");
    }
    if (res.headersSent) {
      // Half an answer has been sent: only a broken connection tells the client that the rest is missing.
      res.destroy();
      return;
    }
    try {
      refuse(req, res, error, options);
    } catch (cause) {
      // An error that cannot be written must not reach Express, which would show its stack.
      options.log.error({ ...requestFacts(record?.number), err: cause }, "an error could not be sent as it was");
      refuse(req, res, matrixError("INTERNAL"), options);
    }
  };
}

/** Answers at once, whether or not the client is still sending. */
function refuse(req: Request, res: Response, error: MatrixError, options: AppOptions): void {
  if (req.complete) return sendError(res, error);
  if (waitsForContinue(req)) return sendError(res, error, { Connection: "close" });
  // If the client sends its body nevertheless, it must be read: otherwise the client would see a reset and not the
  // answer.
  tellToContinue(req, res);
  if (res.shouldKeepAlive) sendError(res, error);
  else {
    sendErrorAhead(res, error);
    void finishAfterBody(req, res);
  }
  discardBody(req, discards(options));
}

function discards({ maxDiscardBytes, idleTimeoutMs }: AppOptions): DiscardOptions {
  return { maxBytes: maxDiscardBytes, idleTimeoutMs };
}
