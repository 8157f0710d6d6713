import { matrixError } from "../../errors.ts";
import type { LocalMedia, PendingMedia } from "../media-rows.ts";
import type { MediaStores } from "../stores.ts";
import type { Clock } from "../../util/clock.ts";
import { hasExpired } from "../upload/pending-upload.ts";
import type { UploadWaiters, OnAbort } from "./upload-waiters.ts";

/** A request for media that waits for the upload if necessary. */
export interface AwaitRequest {
  readonly mediaId: string;
  /**
   * The route asks for no token: while `enable_authenticated_media` is on, it does not serve media that was stored
   * under it.
   */
  readonly legacy: boolean;
  /** Whether an administrator asks for media although it is quarantined. */
  readonly seesQuarantined?: boolean;
  /** How long it waits. */
  readonly timeoutMs: number;
  readonly whenGone: OnAbort;
}

/** A timer may fire a millisecond early by the clock, but an id expires only once its time is over. */
const PAST_EXPIRY_MS = 3;

export interface AwaitParts {
  readonly clock: Pick<Clock, "now">;
  readonly stores: Pick<MediaStores, "media" | "pending">;
  readonly waits: UploadWaiters;
  /** How long an id may be uploaded to: Synapse's `unused_expiration_time`. */
  readonly unusedExpirationMs: number;
  /** Whether routes without authentication refuse media that is marked as stored under it. */
  readonly enableAuthenticatedMedia: boolean;
}

/**
 * The row of a media id that had no content a moment ago, once its upload has been committed. Undefined where the id is
 * unknown, hidden or expired; throws `M_NOT_YET_UPLOADED` where the upload does not come in time.
 */
export async function awaitUpload(request: AwaitRequest, parts: AwaitParts): Promise<LocalMedia | undefined> {
  const { mediaId } = request;
  const wait = parts.waits.begin(mediaId);
  try {
    const pending = await parts.stores.pending.find(mediaId);
    // Unknown, unless the upload was committed between the two looks.
    if (pending === undefined) return await parts.stores.media.find(mediaId);
    if (isHidden(pending, request, parts) || hasExpired(pending, parts.unusedExpirationMs, parts.clock.now()))
      return undefined;
    const expiresInMs = pending.createdTs + parts.unusedExpirationMs - parts.clock.now();
    const timeoutMs = Math.min(request.timeoutMs, expiresInMs + PAST_EXPIRY_MS);
    if (timeoutMs > 0) await wait.until(timeoutMs, request.whenGone);
    const media = await parts.stores.media.find(mediaId);
    if (media !== undefined || hasExpired(pending, parts.unusedExpirationMs, parts.clock.now())) return media;
    // The id was deleted, unless the upload was committed between the two looks.
    if ((await parts.stores.pending.find(mediaId)) === undefined) return await parts.stores.media.find(mediaId);
    throw matrixError("NOT_YET_UPLOADED");
  } finally {
    wait.end();
  }
}

/** Whether media is hidden from a request: it is quarantined, or frozen for routes without authentication. */
export function isHidden(
  { quarantinedBy, authenticated }: Pick<PendingMedia, "quarantinedBy" | "authenticated">,
  { legacy, seesQuarantined = false }: Pick<AwaitRequest, "legacy" | "seesQuarantined">,
  { enableAuthenticatedMedia }: Pick<AwaitParts, "enableAuthenticatedMedia">,
): boolean {
  return (quarantinedBy !== null && !seesQuarantined) || (legacy && authenticated && enableAuthenticatedMedia);
}
