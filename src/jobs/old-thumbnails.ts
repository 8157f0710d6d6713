import { setImmediate } from "node:timers/promises";
import { mediaPath } from "../media-file.ts";
import type { BlobStore } from "../media/blobs.ts";
import type { AccessTimes } from "../media/download/access-times.ts";
import type { MediaStores } from "../media/stores.ts";
import type { Logger } from "../util/log.ts";
import type { Job } from "./job.ts";

const EVERY_MS = 86_400_000;
const PIECE_MEDIA = 100;

export interface OldThumbnailsParts {
  readonly stores: Pick<MediaStores, "leftovers">;
  readonly blobs: Pick<BlobStore, "remove">;
  readonly accessTimes: Pick<AccessTimes, "mustFlush">;
  readonly log: Logger;
  /** In milliseconds; undefined where thumbnails stay. */
  readonly afterMs: number | undefined;
}

/** Removes thumbnails of media that was not read for long. They are made again when a client wants one. */
export function oldThumbnails({ stores, blobs, accessTimes, log, afterMs }: OldThumbnailsParts): Job {
  return {
    name: "old_thumbnails",
    description: "removes thumbnails of media that was not read for media_bridge.jobs.old_thumbnails_after",
    things: "thumbnails",
    everyMs: EVERY_MS,
    missingKey: afterMs === undefined ? "media_bridge.jobs.old_thumbnails_after" : undefined,
    async *run({ nowTs, isTrial }) {
      if (afterMs === undefined) return;
      const usedBeforeTs = nowTs - afterMs;
      await accessTimes.mustFlush();
      for (let after: string | undefined = ""; after !== undefined;) {
        const { items, lastKey } = await stores.leftovers.oldThumbnails(usedBeforeTs, after, PIECE_MEDIA);
        let [done, failed] = [0, 0];
        for (const file of items) {
          try {
            // The row first: a row without a file would be served as media that is gone.
            if (!isTrial && !(await stores.leftovers.removeThumbnail(file, usedBeforeTs))) continue;
            if (!isTrial) await blobs.remove(file);
            done += 1;
          } catch (error) {
            log.warn({ err: error, path: mediaPath(file) }, "an old thumbnail could not be removed from disk");
            failed += 1;
          }
        }
        yield { done, failed };
        after = lastKey;
        await setImmediate();
      }
    },
  };
}
