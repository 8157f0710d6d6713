import { createMediaId } from "../media-id.ts";
import type { MediaStores } from "../stores.ts";
import type { Clock } from "../../util/clock.ts";
import { tooManyRequests, type RateLimits } from "./rate-limits.ts";

/** What creating media ids needs. */
export interface CreateParts {
  readonly clock: Pick<Clock, "now">;
  readonly stores: Pick<MediaStores, "pending" | "flushed">;
  /** Per user: Synapse's `rc_media_create`. */
  readonly rateLimits: RateLimits;
  /** How many ids without content a user may have: Synapse's `max_pending_media_uploads`. */
  readonly maxPendingUploads: number;
  /** How long an id may be uploaded to: Synapse's `unused_expiration_time`. */
  readonly unusedExpirationMs: number;
  readonly enableAuthenticatedMedia: boolean;
}

/** A media id that may be uploaded to, and until when (milliseconds since the epoch). */
export interface CreatedMedia {
  readonly mediaId: string;
  readonly expiresTs: number;
}

/**
 * Creates a media id whose content comes later. Throws `M_LIMIT_EXCEEDED` (429) where the user asks too often or has
 * too many ids without content. Client-Server API, `POST /_matrix/media/v1/create`.
 */
export async function createMedia(userId: string, parts: CreateParts): Promise<CreatedMedia> {
  const createdTs = parts.clock.now();
  const tooOften = await parts.rateLimits.take(userId, createdTs);
  if (tooOften !== undefined) throw tooManyRequests("rc_media_create", tooOften.retryAfterMs);
  const mediaId = createMediaId();
  const creation = await parts.stores.pending.create(
    { mediaId, createdTs, userId, authenticated: parts.enableAuthenticatedMedia },
    { maxPending: parts.maxPendingUploads, expiredTs: createdTs - parts.unusedExpirationMs },
  );
  if (creation.created) {
    await parts.stores.flushed();
    return { mediaId, expiresTs: createdTs + parts.unusedExpirationMs };
  }
  const { oldestCreatedTs } = creation;
  // The oldest id makes room when it expires, unless the user uploads to one of them before.
  const retryAfterMs = oldestCreatedTs === null ? undefined : oldestCreatedTs + parts.unusedExpirationMs - createdTs;
  throw tooManyRequests("max_pending_media_uploads", retryAfterMs);
}
