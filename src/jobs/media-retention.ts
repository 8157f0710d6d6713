import { findDeletable } from "../media/deletion/find-deletable.ts";
import type { MediaDeletion } from "../media/deletion/media-deletion.ts";
import type { ProfileMedia } from "../media/deletion/profile-media.ts";
import type { AccessTimes } from "../media/download/access-times.ts";
import type { MediaStores } from "../media/stores.ts";
import type { Job } from "./job.ts";

/** As often as Synapse applies it. */
const EVERY_MS = 3_600_000;

export interface MediaRetentionParts {
  readonly stores: Pick<MediaStores, "deletions">;
  readonly deletion: Pick<MediaDeletion, "delete">;
  readonly accessTimes: Pick<AccessTimes, "mustFlush">;
  readonly profiles: ProfileMedia;
  /** Synapse's `media_retention.local_media_lifetime`, in milliseconds; undefined where media stays. */
  readonly lifetimeMs: number | undefined;
  readonly keepsProfiles: boolean;
}

/** Deletes local media that was not read for a lifetime. Protected, quarantined, shown and empty media stays. */
export function mediaRetention(parts: MediaRetentionParts): Job {
  const { stores, deletion, accessTimes, profiles, lifetimeMs, keepsProfiles } = parts;
  return {
    name: "media_retention",
    description: "deletes local media that was not read for media_retention.local_media_lifetime",
    things: "media",
    everyMs: EVERY_MS,
    missingKey: lifetimeMs === undefined ? "media_retention.local_media_lifetime" : undefined,
    async *run({ nowTs, isTrial }) {
      if (lifetimeMs === undefined) return;
      // An empty file frees nothing, and Synapse keeps it.
      const criteria = { beforeTs: nowTs - lifetimeMs, largerThanBytes: 0 };
      const kept = keepsProfiles ? await profiles.list(undefined) : new Set<string>();
      for await (const piece of findDeletable(criteria, { rows: stores.deletions, accessTimes, kept })) {
        const deleted = isTrial ? piece : await deletion.delete(piece, criteria);
        yield { done: deleted.length };
      }
    },
  };
}
