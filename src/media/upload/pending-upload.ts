import { matrixError, type MatrixError } from "../../errors.ts";
import { isMediaId } from "../media-id.ts";
import type { PendingMedia, UploadedMedia } from "../media-rows.ts";
import type { MediaStores } from "../stores.ts";
import type { UploadLocks } from "./upload-locks.ts";
import type { UploadWaiters } from "../download/upload-waiters.ts";
import { fillMedia, type StoredUpload, type UploadParts, type UploadRequest, type UploadTarget } from "./upload.ts";

/** An upload to an id that was created before. */
export interface PendingUploadRequest extends UploadRequest {
  readonly serverName: string;
  readonly mediaId: string;
}

export interface PendingUploadParts extends UploadParts {
  readonly serverName: string;
  readonly stores: Pick<MediaStores, "media" | "pending" | "flushed">;
  /** How long an id may be uploaded to: Synapse's `unused_expiration_time`. */
  readonly unusedExpirationMs: number;
  readonly claims: UploadLocks;
  /** The downloads that wait for uploads. */
  readonly waits: UploadWaiters;
}

/**
 * Takes an upload to the id that its user created, or throws the error that refuses it: 404 where the id is not ours,
 * unknown or expired, 403 where another user created it, 409 where it has content or another upload to it is under way.
 * Client-Server API, `PUT /_matrix/media/v3/upload/{serverName}/{mediaId}`.
 */
export async function storePendingUpload(
  request: PendingUploadRequest,
  parts: PendingUploadParts,
): Promise<StoredUpload> {
  const { mediaId } = request;
  if (request.serverName !== parts.serverName) throw matrixError("SERVER_NAME_NOT_OURS");
  if (!isMediaId(mediaId)) throw matrixError("MEDIA_ID_UNKNOWN");
  const claimed = await parts.claims.claim(mediaId);
  try {
    // Read while the id is claimed: an upload that had the claim before is either in this row or gone without a trace.
    await checkPending(request, parts);
    if (!claimed) throw matrixError("UPLOAD_UNDER_WAY");
    const target: UploadTarget = {
      mediaId,
      checkWanted: () => checkStillPending(mediaId, parts),
      commit: (media) => commitPending(media, parts),
      withdraw: () => parts.stores.media.withdraw(mediaId, { keepsId: true }),
    };
    return await fillMedia(request, target, parts);
  } finally {
    if (claimed) parts.claims.release(mediaId);
  }
}

/**
 * Whether an id has been unused for too long. Its row stays, as it does in Synapse, so that the id is never given to
 * another user.
 */
export function hasExpired(pending: PendingMedia, unusedExpirationMs: number, nowMs: number): boolean {
  return pending.createdTs + unusedExpirationMs < nowMs;
}

async function checkPending({ mediaId, userId }: PendingUploadRequest, parts: PendingUploadParts): Promise<void> {
  const pending = await parts.stores.pending.find(mediaId);
  const media = pending ?? (await parts.stores.media.find(mediaId));
  if (media === undefined) throw matrixError("MEDIA_ID_UNKNOWN");
  if (media.userId !== userId) throw matrixError("NOT_THE_CREATOR");
  if (pending === undefined) throw matrixError("ALREADY_UPLOADED");
  if (hasExpired(pending, parts.unusedExpirationMs, parts.clock.now())) throw matrixError("MEDIA_ID_EXPIRED");
}

async function commitPending(media: UploadedMedia, { stores, waits }: PendingUploadParts): Promise<void> {
  // The claim is valid in this process only; the database has the last word.
  if (!(await stores.pending.complete(media))) throw await whyNotPending(media.mediaId, stores);
  waits.wake(media.mediaId);
}

async function checkStillPending(mediaId: string, { stores }: PendingUploadParts): Promise<void> {
  if ((await stores.pending.find(mediaId)) === undefined) throw await whyNotPending(mediaId, stores);
}

async function whyNotPending(mediaId: string, { media }: PendingUploadParts["stores"]): Promise<MatrixError> {
  return matrixError((await media.find(mediaId)) === undefined ? "MEDIA_ID_UNKNOWN" : "ALREADY_UPLOADED");
}
