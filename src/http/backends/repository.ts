import { createMedia, type CreateParts } from "../../media/upload/create-id.ts";
import { storePendingUpload, type PendingUploadParts } from "../../media/upload/pending-upload.ts";
import { storeUpload } from "../../media/upload/upload.ts";
import { sendJson } from "../response/json.ts";
import type { Backend, IncomingUpload } from "./backend.ts";

export interface RepositoryParts {
  readonly serverName: string;
  readonly maxUploadSizeBytes: number;
  readonly upload: Omit<PendingUploadParts, "chain">;
  readonly create: CreateParts;
}

/** The repository of this service behind the routes. */
export function createRepositoryBackend({ serverName, maxUploadSizeBytes, upload, create }: RepositoryParts): Backend {
  const mediaConfig = JSON.stringify({ "m.upload.size": maxUploadSizeBytes });
  return {
    identifiesUsers: false,
    checkPost: () => undefined,
    sendMediaConfig: (_req, res) => sendJson(res, 200, mediaConfig),
    async createId(_req, res, userId) {
      const { mediaId, expiresTs } = await createMedia(userId, create);
      const answer = { content_uri: `mxc://${serverName}/${mediaId}`, unused_expires_at: expiresTs };
      sendJson(res, 200, JSON.stringify(answer));
    },
    async takeUpload(incoming) {
      const { res, target, chain } = incoming;
      const request = uploadOf(incoming);
      const parts = { ...upload, chain };
      if (target !== undefined) {
        const stored = await storePendingUpload({ ...request, ...target }, parts);
        return { stored, answer: () => sendJson(res, 200, "{}") };
      }
      const stored = await storeUpload(request, parts);
      const answer = JSON.stringify({ content_uri: `mxc://${serverName}/${stored.mediaId}` });
      return { stored, answer: () => sendJson(res, 200, answer) };
    },
  };
}

function uploadOf({ req, userId, contentLength, fileName, body }: IncomingUpload) {
  return {
    userId,
    contentLength,
    mediaType: req.headers["content-type"] || "application/octet-stream",
    uploadName: fileName || null,
    hasReadableName: fileName !== null,
    body,
  };
}
