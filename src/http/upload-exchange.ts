import type { Request, Response } from "express";
import type { CallbackChain } from "../callbacks/chain.ts";
import { MatrixError } from "../errors.ts";
import type { StoredUpload, UploadRequest } from "../media/upload/upload.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { RunningTasks } from "../util/running-tasks.ts";
import { parseQuery, queryText, type Query } from "./request/query.ts";
import { contentLengthOf, uploadBody, type BodyOptions } from "./request/body.ts";
import { factsOf } from "./request-log.ts";
import { identifyUser, type RequesterOptions } from "./request/authenticate.ts";
import { sendJson } from "./response/json.ts";

/** What every route that takes uploads needs. */
export interface UploadExchangeParts extends RequesterOptions, BodyOptions {
  readonly chain: CallbackChain;
  readonly metrics: Metrics;
  /** Uploads are carried through whether or not their clients are still there: a stop waits for them. */
  readonly running: RunningTasks;
}

/** How a route stores an upload, and what it answers then. */
export interface UploadExchange {
  /** `chain` is the one to ask for this request. */
  store(request: UploadRequest, chain: CallbackChain): Promise<StoredUpload>;
  answer(stored: StoredUpload): object;
}

/** An upload from the request to the answer, and what is told after it; the route says how it is stored. */
export async function exchangeUpload(
  req: Request,
  res: Response,
  exchange: UploadExchange,
  parts: UploadExchangeParts,
): Promise<void> {
  const chain = parts.chain.forRequest(factsOf(res)?.id);
  const query = parseQuery(req.url);
  const { userId } = await identifyUser(req, query, parts);
  const request = {
    userId,
    contentLength: contentLengthOf(req),
    mediaType: mediaTypeOf(req),
    uploadName: uploadNameOf(query),
    body: uploadBody(req, res, parts),
  };
  const stored = await counted(parts.running.track(exchange.store(request, chain)), parts.metrics);
  sendJson(res, 200, JSON.stringify(exchange.answer(stored)));
  // After the fact: the client has its answer, and a failure is logged where it happens.
  const { mediaId, sizeBytes } = stored;
  await parts.running.track(chain.notify("on_media_uploaded", userId, mediaId, sizeBytes));
}

async function counted(upload: Promise<StoredUpload>, metrics: Metrics): Promise<StoredUpload> {
  try {
    const stored = await upload;
    metrics.uploadStored(stored.sizeBytes);
    return stored;
  } catch (error) {
    metrics.uploadRefused((MatrixError.is(error) && error.code) || "module");
    throw error;
  }
}

function mediaTypeOf(req: Request): string {
  return req.headers["content-type"] || "application/octet-stream";
}

/** null where no name was given, undefined where it is not UTF-8. */
function uploadNameOf(query: Query): string | null | undefined {
  const name = queryText(query, "filename");
  return name === null ? undefined : name || null;
}
