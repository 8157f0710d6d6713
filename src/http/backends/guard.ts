import type { Request, Response } from "express";
import { matrixError } from "../../errors.ts";
import { checkCreated, createThroughUpstream, type CreateParts } from "../../guard/created-ids.ts";
import { guardUpload, type GuardParts } from "../../guard/guarded-upload.ts";
import { lowerMaximum } from "../../guard/media-config.ts";
import { readAnswer } from "../../guard/upload-answer.ts";
import { isMediaId } from "../../media/media-id.ts";
import { endToEnd, READ_HERE, requestHeaders } from "../../proxy/headers.ts";
import { relay, relayText, watchClient, whileThere } from "../../proxy/relay.ts";
import { sendOn } from "../../proxy/stream-request.ts";
import type { RunningTasks } from "../../util/concurrency/running-tasks.ts";
import { noteSynapse } from "../record/request-record.ts";
import { refuseFormBody } from "../request/form-body.ts";
import type { Backend, IncomingUpload, TakenUpload, UploadTarget } from "./backend.ts";
import { bodyOf, type HandOnParts } from "./hand-on.ts";

export interface GuardBackendParts extends HandOnParts, CreateParts {
  readonly serverName: string;
  readonly maxUploadSizeBytes: number;
  readonly guard: Omit<GuardParts, "chain">;
  /** A stop waits until what Synapse stored is recorded. */
  readonly running: RunningTasks;
}

/** A Synapse behind the routes: it keeps the media, and this service decides about uploads to it. */
export function createGuardBackend(parts: GuardBackendParts): Backend {
  return {
    // Synapse checks the token.
    identifiesUsers: true,
    checkPost: refuseFormBody,
    sendMediaConfig: (req, res) => sendMediaConfig(req, res, parts),
    createId: (req, res, userId) =>
      whileThere(req, res, requestHeaders(req, parts.xForwarded), async (passage) => {
        const { answer, text } = await createThroughUpstream(passage, bodyOf(req, res, parts), userId, parts);
        noteSynapse(res);
        await (text ? relayText(answer, text, req, res) : relay(answer, req, res));
      }),
    takeUpload: (upload) => takeUpload(upload, parts),
  };
}

/** Synapse's configuration, with our maximum where that is smaller. */
async function sendMediaConfig(req: Request, res: Response, parts: GuardBackendParts): Promise<void> {
  await whileThere(req, res, requestHeaders(req, parts.xForwarded), async (passage) => {
    const readable = { ...passage, headers: endToEnd(passage.headers, READ_HERE) };
    const answer = await sendOn(parts.upstream, readable, bodyOf(req, res, parts));
    noteSynapse(res);
    if (answer.status !== 200 || req.method !== "GET") return relay(answer, req, res);
    const text = await readAnswer(answer);
    await relayText(answer, lowerMaximum(text, parts.maxUploadSizeBytes), req, res);
  });
}

async function takeUpload(upload: IncomingUpload, parts: GuardBackendParts): Promise<TakenUpload> {
  const { req, res, userId, target, chain } = upload;
  if (target !== undefined) await checkTarget(target, userId, parts);
  const request = {
    userId,
    contentLength: upload.contentLength,
    method: target === undefined ? ("POST" as const) : ("PUT" as const),
    target: req.url,
    headers: requestHeaders(req, parts.xForwarded),
    mediaId: target?.mediaId,
    hasReadableName: upload.fileName !== null,
    body: upload.body,
    leaving: watchClient(req, res).signal,
  };
  const { answer, text, stored, recorded } = await guardUpload(request, { ...parts.guard, chain });
  noteSynapse(res);
  if (stored === undefined) return { stored, answer: () => relay(answer, req, res) };
  void parts.running.track(recorded);
  return {
    stored,
    async answer() {
      // From the answer on, another upload to the same id is refused here.
      if (target !== undefined) await recorded;
      await relayText(answer, text, req, res);
      await recorded;
    },
  };
}

/** Synapse decides about an id that was not made through this service. */
async function checkTarget(
  { serverName, mediaId }: UploadTarget,
  userId: string,
  parts: GuardBackendParts,
): Promise<void> {
  if (serverName !== parts.serverName) throw matrixError("SERVER_NAME_NOT_OURS");
  if (!isMediaId(mediaId)) throw matrixError("MEDIA_ID_UNKNOWN");
  await checkCreated(mediaId, userId, parts);
}
