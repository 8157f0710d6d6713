import type { RequestHandler, Response } from "express";
import type { Logger } from "../util/log.ts";
import type { ActiveRequests } from "./active-requests.ts";

/** What the request's line in the log says besides what HTTP says. */
export interface RequestFacts {
  readonly id: number;
  /** The route's name, never the path: a path may hold file names. */
  route: string;
  errcode?: string;
}

const facts = new WeakMap<Response, RequestFacts>();

let lastId = 0;

/** The number of the next request: also for what asks modules without being one, so that what they log is told apart. */
export function takeRequestId(): number {
  lastId += 1;
  return lastId;
}

/** Gives every request an id and, when it has been answered or the client has gone, one line in the log; counts it while it is under way. */
export function logRequests(log: Logger, requests: ActiveRequests): RequestHandler {
  return (req, res, next) => {
    const started = performance.now();
    const own: RequestFacts = { id: takeRequestId(), route: "unknown" };
    facts.set(res, own);
    requests.begin(req);
    res.once("close", () => {
      requests.end(req);
      const ms = Math.round((performance.now() - started) * 100) / 100;
      log.info(
        {
          request: own.id,
          method: req.method,
          route: own.route,
          status: res.statusCode,
          ms,
          ...(own.errcode !== undefined && { errcode: own.errcode }),
          ...(!res.writableFinished && { aborted: true }),
        },
        "request",
      );
    });
    next();
  };
}

/** The facts of a request under way. */
export function factsOf(res: Response): RequestFacts | undefined {
  return facts.get(res);
}
