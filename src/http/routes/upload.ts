import type { Request } from "express";
import type { CallbackChain } from "../../callbacks/chain.ts";
import { MatrixError } from "../../errors.ts";
import { storeUpload, type UploadParts } from "../../media/upload.ts";
import type { Metrics } from "../../metrics/metrics.ts";
import type { RunningTasks } from "../../util/running-tasks.ts";
import { parseQuery, queryText, type Query } from "../query.ts";
import { contentLengthOf, uploadBody, type BodyOptions } from "../request-body.ts";
import { identifyUser, type RequesterOptions } from "../requester.ts";
import { sendJson } from "../respond.ts";
import type { Route } from "./route.ts";

/** What the upload route needs. */
export interface UploadRouteParts extends RequesterOptions, BodyOptions {
  readonly serverName: string;
  readonly chain: CallbackChain;
  readonly upload: UploadParts;
  readonly metrics: Metrics;
  /** Uploads are carried through whether or not their clients are still there: a stop waits for them. */
  readonly running: RunningTasks;
}

/** Client-Server API, `POST /_matrix/media/v3/upload` and its older paths. */
export function uploadRoute(parts: UploadRouteParts): Route {
  return {
    name: "/_matrix/media/…/upload",
    path: /^\/_matrix\/media\/(?:v3|r0|v1)\/upload$/,
    methods: {
      async post(req, res) {
        const query = parseQuery(req.url);
        const { userId } = await identifyUser(req, query, parts);
        const body = uploadBody(req, res, parts);
        const request = {
          userId,
          contentLength: contentLengthOf(req),
          mediaType: mediaTypeOf(req),
          uploadName: uploadNameOf(query),
          body,
        };
        const { mediaId, sizeBytes } = await counted(
          parts.running.track(storeUpload(request, parts.upload)),
          parts.metrics,
        );
        sendJson(res, 200, JSON.stringify({ content_uri: `mxc://${parts.serverName}/${mediaId}` }));
        // After the fact: the client has its answer, and a failure is logged where it happens.
        await parts.running.track(parts.chain.notify("on_media_uploaded", userId, mediaId, sizeBytes));
      },
    },
  };
}

async function counted<T extends { sizeBytes: number }>(upload: Promise<T>, metrics: Metrics): Promise<T> {
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
