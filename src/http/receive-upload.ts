import type { Request, Response } from "express";
import type { Chain } from "../callbacks/chain.ts";
import { MatrixError } from "../errors.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { RunningTasks } from "../util/concurrency/running-tasks.ts";
import type { Backend, TakenUpload, UploadTarget } from "./backends/backend.ts";
import { identifyUser, type RequesterOptions } from "./request/authenticate.ts";
import { clientLeaving } from "./request/client-leaving.ts";
import { contentLengthOf, uploadBody, type BodyOptions } from "./request/body.ts";
import { parseQuery, queryText } from "./request/query/query.ts";
import { throttleUser, type Throttle } from "./request/throttle.ts";
import { noteStoring, recordOf } from "./record/request-record.ts";

/** What every route that takes uploads needs. */
export interface ReceiveParts extends RequesterOptions, BodyOptions {
  readonly backend: Backend;
  readonly chain: Chain;
  readonly metrics: Metrics;
  /** An upload is completed even if its client leaves: a stop waits for it. */
  readonly running: RunningTasks;
  /** How often a user may upload; undefined: without a limit. */
  readonly throttle: Throttle | undefined;
}

/** An upload from the request to the answer, and what modules are told afterwards. */
export async function receiveUpload(
  req: Request,
  res: Response,
  target: UploadTarget | undefined,
  parts: ReceiveParts,
): Promise<void> {
  const { backend, running } = parts;
  const query = parseQuery(req.url);
  const requester = await identifyUser(req, query, parts);
  const { userId } = requester;
  noteStoring(res, userId);
  await throttleUser(requester, parts.throttle)?.catch((error: unknown) => {
    parts.metrics.uploadRefused("TOO_MANY_REQUESTS");
    throw error;
  });
  const contentLength = contentLengthOf(req);
  const fileName = queryText(query, "filename");
  const record = recordOf(res);
  const chain = parts.chain.knowing({
    request: record?.number,
    onUnenforced: (unenforced) => record?.noteUnenforced(unenforced) ?? true,
    requester,
    upload: {
      declaredType: req.headers["content-type"] || undefined,
      fileName: fileName || undefined,
      declaredSizeBytes: contentLength,
    },
    onLeave: clientLeaving(res),
  });
  const upload = {
    req,
    res,
    userId,
    chain,
    contentLength,
    fileName,
    body: uploadBody(req, res, parts),
    target,
  };
  const taken = await counted(running.track(backend.takeUpload(upload)), parts.metrics);
  await taken.answer();
  if (taken.stored === undefined) return;
  if (record && record.wouldRefuse.length > 0) parts.metrics.uploadWouldBeRefused();
  if (!chain.has("on_media_uploaded")) return;
  // After the fact: the client has its answer, and a failure is logged where it happens.
  const { mediaId, sizeBytes } = taken.stored;
  const told = chain.knowing({ sizeBytes, onLeave: undefined });
  await running.track(told.notify("on_media_uploaded", userId, mediaId, sizeBytes));
}

async function counted(upload: Promise<TakenUpload>, metrics: Metrics): Promise<TakenUpload> {
  try {
    const taken = await upload;
    if (taken.stored) metrics.uploadStored(taken.stored.sizeBytes);
    else metrics.uploadRefused("upstream");
    return taken;
  } catch (error) {
    metrics.uploadRefused((MatrixError.is(error) && error.code) || "module");
    throw error;
  }
}
