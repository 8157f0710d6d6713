import type { MediaStores } from "../media/stores.ts";
import type { Job } from "./job.ts";

const EVERY_MS = 3_600_000;
const PIECE = 100;
/** An upload that began before its id expired may still be under way. */
const SLOW_UPLOAD_MS = 86_400_000;

export interface UnusedIdsParts {
  readonly stores: Pick<MediaStores, "leftovers">;
  /** How long an id may be uploaded to: Synapse's `unused_expiration_time`. */
  readonly unusedExpirationMs: number;
}

/** Removes ids that were created and expired without an upload. */
export function unusedIds({ stores, unusedExpirationMs }: UnusedIdsParts): Job {
  return {
    name: "unused_ids",
    description: "removes media ids that were created, and expired a day ago without an upload",
    things: "ids",
    everyMs: EVERY_MS,
    async *run({ nowTs, isTrial }) {
      const createdBeforeTs = nowTs - unusedExpirationMs - SLOW_UPLOAD_MS;
      if (isTrial) {
        yield { done: await stores.leftovers.countUnusedIds(createdBeforeTs) };
        return;
      }
      for (let done = PIECE; done === PIECE;) {
        done = await stores.leftovers.removeUnusedIds(createdBeforeTs, PIECE);
        yield { done };
      }
    },
  };
}
