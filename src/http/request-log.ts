import type { RequestHandler, Response } from "express";
import type { Logger } from "../util/log.ts";

/** What the request's line in the log says besides what HTTP says. */
export interface RequestFacts {
  readonly id: number;
  /** The route's name, never the path: a path may hold file names. */
  route: string;
  errcode?: string;
}

const facts = new WeakMap<Response, RequestFacts>();

/** Gives every request an id and, when it has been answered or the client has gone, one line in the log. */
export function logRequests(log: Logger): RequestHandler {
  let lastId = 0;
  return (req, res, next) => {
    const started = performance.now();
    const own: RequestFacts = { id: ++lastId, route: "unknown" };
    facts.set(res, own);
    res.once("close", () => {
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
