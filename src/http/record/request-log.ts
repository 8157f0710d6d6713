import type { RequestHandler } from "express";
import type { Metrics } from "../../metrics/metrics.ts";
import type { Refusal } from "../../media/refusals/refusal.ts";
import type { Logger } from "../../util/log.ts";
import type { ActiveRequests } from "../draining/active-requests.ts";
import { describeRefusal, describeWouldRefuse } from "./describe-refusal.ts";
import { startRecord } from "./request-record.ts";

/** Keeps refusals. What it is given costs the request nothing. */
export interface RefusalTaker {
  add(refusal: Refusal): void;
}

export interface RequestLogOptions {
  readonly metrics: Pick<Metrics, "requestEnded">;
  readonly refusals: RefusalTaker;
  readonly log: Logger;
  /** Counts the requests under way. */
  readonly requests: ActiveRequests;
  /** Whether the name that a proxy gives a request is believed. */
  readonly xForwarded: boolean;
}

/**
 * Gives every request a number, a name and a record and, when it has been answered or the client has gone, one line in
 * the log, with the reason where it was refused; counts it while it is under way.
 */
export function logRequests({ log, requests, xForwarded, refusals, metrics }: RequestLogOptions): RequestHandler {
  return (req, res, next) => {
    const record = startRecord(req, res, xForwarded);
    const end = requests.begin(req);
    res.once("close", () => {
      end();
      const tookMs = performance.now() - record.startedMs;
      metrics.requestEnded(record.route, res.headersSent ? res.statusCode : "aborted", tookMs / 1000);
      const refusal = describeRefusal(record, req, res);
      if (refusal && record.isKept) refusals.add(refusal);
      if (record.isKept) for (const would of describeWouldRefuse(record, req)) refusals.add(would);
      const line: Record<string, unknown> = {
        request: record.number,
        requestId: record.id,
        method: req.method,
        route: record.route,
        status: res.statusCode,
        ms: Math.round(tookMs * 100) / 100,
      };
      if (!res.writableFinished) line["aborted"] = true;
      if (refusal) addReason(line, refusal);
      log.info(line, "request");
    });
    next();
  };
}

/** Facts of a refusal, and what the line calls them. */
const NAMES = [
  ["user", "userId"],
  ["errcode", "errcode"],
  ["code", "code"],
  ["answeredBy", "answeredBy"],
  ["module", "module"],
  ["callback", "callback"],
  ["setting", "setting"],
  ["declaredBytes", "declaredBytes"],
  ["receivedBytes", "receivedBytes"],
  ["cause", "cause"],
] as const satisfies [name: string, fact: keyof Refusal][];

/** What the line says of a refusal beside what it says of every request. */
function addReason(line: Record<string, unknown>, refusal: Refusal): void {
  for (const [name, fact] of NAMES) if (refusal[fact] !== null) line[name] = refusal[fact];
  const { limitBytes: maxBytes, limitPeriodMs, limitSentBytes } = refusal;
  if (maxBytes === null) return;
  line["limit"] = {
    maxBytes,
    ...(limitPeriodMs !== null && { periodMs: limitPeriodMs }),
    ...(limitSentBytes !== null && { sentBytes: limitSentBytes }),
  };
}
