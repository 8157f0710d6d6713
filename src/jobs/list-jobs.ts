import { expiredRecords } from "./expired-records.ts";
import type { Job } from "./job.ts";
import { mediaRetention, type MediaRetentionParts } from "./media-retention.ts";
import { oldThumbnails, type OldThumbnailsParts } from "./old-thumbnails.ts";
import { unusedIds, type UnusedIdsParts } from "./unused-ids.ts";

/** What the jobs work on, and how the configuration has them work. */
export interface JobParts {
  readonly stores: MediaRetentionParts["stores"] & OldThumbnailsParts["stores"];
  readonly retention: Omit<MediaRetentionParts, "stores" | "accessTimes">;
  readonly thumbnails: Pick<OldThumbnailsParts, "afterMs" | "blobs" | "log">;
  readonly accessTimes: MediaRetentionParts["accessTimes"];
  readonly unusedExpirationMs: UnusedIdsParts["unusedExpirationMs"];
}

/** All jobs, in the order in which commands list them. */
export function listJobs({ stores, retention, thumbnails, accessTimes, unusedExpirationMs }: JobParts): Job[] {
  return [
    mediaRetention({ ...retention, stores, accessTimes }),
    unusedIds({ stores, unusedExpirationMs }),
    oldThumbnails({ ...thumbnails, stores, accessTimes }),
    expiredRecords({ stores }),
  ];
}
