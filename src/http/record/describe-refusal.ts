import type { IncomingMessage, ServerResponse } from "node:http";
import { ModuleFailure } from "../../callbacks/failure.ts";
import type { Refusal } from "../../media/refusals/refusal.ts";
import { describeCause } from "./describe-cause.ts";
import { contentLengthOf, receivedBytesOf } from "../request/body.ts";
import type { RequestRecord } from "./request-record.ts";

/** Words that a module chose, and that are kept in a row of the database. */
const MAX_WORD_LENGTH = 255;

/** Why a request was refused; undefined where it was not. */
export function describeRefusal(
  { id, route, userId, error, answeredBy }: RequestRecord,
  req: IncomingMessage,
  res: ServerResponse,
): Refusal | undefined {
  const status = res.statusCode;
  if (error === undefined && (answeredBy === undefined || status < 400)) return undefined;
  return {
    ...describeRequest({ id, route, userId }, req),
    ...describeError(error),
    isEnforced: true,
    status,
    answeredBy: error === undefined ? (answeredBy ?? null) : null,
    cause: status < 500 ? null : causeOf(error, answeredBy, status),
  };
}

/** What would have refused a request and is not enforced, each with the answer that the client would have got. */
export function describeWouldRefuse(record: RequestRecord, req: IncomingMessage): Refusal[] {
  return record.wouldRefuse.map((error) => ({
    ...describeRequest(record, req),
    ...describeError(error),
    isEnforced: false,
    status: error.status,
    answeredBy: null,
    cause: error.status < 500 ? null : causeOf(error, undefined, error.status),
  }));
}

function describeRequest({ id, route, userId }: Pick<RequestRecord, "id" | "route" | "userId">, req: IncomingMessage) {
  return {
    refusedTs: Date.now(),
    requestId: id,
    userId: userId ?? null,
    method: req.method ?? "",
    route,
    declaredBytes: contentLengthOf(req) ?? null,
    receivedBytes: receivedBytesOf(req),
  };
}

function describeError(error: RequestRecord["error"]) {
  const { slot, setting, limit } = error?.facts ?? {};
  return {
    errcode: error?.errcode.slice(0, MAX_WORD_LENGTH) ?? null,
    code: error?.code ?? null,
    module: slot?.module ?? null,
    callback: slot?.callback ?? null,
    setting: setting ?? null,
    limitBytes: limit === undefined ? null : Number(limit.maxBytes),
    limitPeriodMs: limit?.periodMs === undefined ? null : Number(limit.periodMs),
    limitSentBytes: limit?.sentBytes ?? null,
  };
}

function causeOf(error: RequestRecord["error"], answeredBy: string | undefined, status: number): string {
  if (error === undefined) return `${answeredBy} answered ${status}`;
  // A module's own words may be about a file or its user; they are on the log line of the failure.
  if (error.cause instanceof ModuleFailure) return "the module failed, of which another line of the log tells";
  return describeCause(error) ?? error.message;
}
