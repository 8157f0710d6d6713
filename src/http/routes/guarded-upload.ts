import type { Request, Response } from "express";
import { MatrixError, matrixError } from "../../errors.ts";
import { isMediaId } from "../../media/media-id.ts";
import type { GuardRecords } from "../../guard/records.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import { checkCreated } from "../../guard/created-ids.ts";
import { requestHeaders } from "../../proxy/headers.ts";
import { guardUpload, type GuardedAnswer, type GuardParts } from "../../guard/guarded-upload.ts";
import { relay, relayText, watchClient } from "../../proxy/relay.ts";
import type { RunningTasks } from "../../util/running-tasks.ts";
import { refuseFormBody } from "../request/form-body.ts";
import { decodeText, parseQuery, queryText } from "../request/query.ts";
import { contentLengthOf, uploadBody, type BodyOptions } from "../request/body.ts";
import { identifyUser, type RequesterOptions } from "../request/authenticate.ts";
import type { Route } from "./route.ts";

export interface GuardedUploadParts extends RequesterOptions, BodyOptions {
  readonly serverName: string;
  readonly guard: GuardParts;
  /** Knows which ids were made through here. */
  readonly records: GuardRecords;
  readonly metrics: Metrics;
  /** Uploads are carried through whether or not their clients are still there: a stop waits for them. */
  readonly running: RunningTasks;
}

/** Client-Server API, `POST /_matrix/media/v3/upload` and its older paths, handed on to Synapse where it is allowed. */
export function guardedUploadRoute(parts: GuardedUploadParts): Route {
  return {
    name: "/_matrix/media/…/upload",
    path: /^\/_matrix\/media\/(?:v3|r0|v1)\/upload$/,
    methods: {
      post(req, res) {
        refuseFormBody(req);
        return upload(req, res, undefined, parts);
      },
    },
  };
}

const ASYNCHRONOUS = /^\/_matrix\/media\/v3\/upload\/([^/]*)\/([^/]*)$/;

/** Client-Server API, `PUT /_matrix/media/v3/upload/{serverName}/{mediaId}`; an id that was not made through here is Synapse's to judge. */
export function guardedAsyncUploadRoute(parts: GuardedUploadParts): Route {
  return {
    name: "/_matrix/media/v3/upload/{serverName}/{mediaId}",
    path: ASYNCHRONOUS,
    methods: {
      put(req, res) {
        const [serverName, mediaId] = (ASYNCHRONOUS.exec(req.path) ?? []).slice(1).map((raw) => decodeText(raw) ?? "");
        return upload(req, res, { serverName: serverName ?? "", mediaId: mediaId ?? "" }, parts);
      },
    },
  };
}

async function upload(
  req: Request,
  res: Response,
  to: { readonly serverName: string; readonly mediaId: string } | undefined,
  parts: GuardedUploadParts,
): Promise<void> {
  const query = parseQuery(req.url);
  const { userId } = await identifyUser(req, query, parts);
  if (to) await checkTarget(to, userId, parts);
  const address = { remoteAddress: req.socket.remoteAddress, xForwarded: parts.xForwarded };
  const client = watchClient(req, res);
  const request = {
    userId,
    contentLength: contentLengthOf(req),
    method: to ? ("PUT" as const) : ("POST" as const),
    target: req.url,
    headers: requestHeaders(req.rawHeaders, address),
    mediaId: to?.mediaId,
    hasReadableName: queryText(query, "filename") !== null,
    body: uploadBody(req, res, parts),
    leaving: client.signal,
  };
  const { answer, text, stored, recorded } = await counted(
    parts.running.track(guardUpload(request, parts.guard)),
    parts.metrics,
  );
  if (!stored) return relay(answer, req, res);
  void parts.running.track(recorded);
  // From the answer on, an upload to the same id is refused here.
  if (to) await recorded;
  await relayText(answer, text, req, res);
  await recorded;
  // After the fact: the client has its answer, and a failure is logged where it happens.
  const { mediaId, sizeBytes } = stored;
  await parts.running.track(parts.guard.chain.notify("on_media_uploaded", userId, mediaId, sizeBytes));
}

async function checkTarget(
  { serverName, mediaId }: { readonly serverName: string; readonly mediaId: string },
  userId: string,
  parts: GuardedUploadParts,
): Promise<void> {
  if (serverName !== parts.serverName) throw matrixError("SERVER_NAME_NOT_OURS");
  if (!isMediaId(mediaId)) throw matrixError("MEDIA_ID_UNKNOWN");
  await checkCreated(mediaId, userId, parts.records);
}

async function counted(guarded: Promise<GuardedAnswer>, metrics: Metrics): Promise<GuardedAnswer> {
  try {
    const outcome = await guarded;
    if (outcome.stored) metrics.uploadStored(outcome.stored.sizeBytes);
    else metrics.uploadRefused("upstream");
    return outcome;
  } catch (error) {
    metrics.uploadRefused((MatrixError.is(error) && error.code) || "module");
    throw error;
  }
}
