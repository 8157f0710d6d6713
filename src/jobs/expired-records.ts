import { setImmediate } from "node:timers/promises";
import type { MediaStores } from "../media/stores.ts";
import type { Job } from "./job.ts";

const EVERY_MS = 3_600_000;
const PIECE = 100;
/** How long a failure to decode a picture that depends on the moment is remembered. */
const FAILURE_MS = 86_400_000;

export interface ExpiredRecordsParts {
  readonly stores: Pick<MediaStores, "leftovers">;
}

/** Forgets what is known of pictures that are gone, and failures to decode one that may have passed. */
export function expiredRecords({ stores: { leftovers } }: ExpiredRecordsParts): Job {
  return {
    name: "expired_records",
    description: "forgets what is known of pictures that are gone, and failures to decode one that may have passed",
    things: "records",
    everyMs: EVERY_MS,
    async *run({ nowTs, isTrial }) {
      for (let after: string | undefined = ""; after !== undefined;) {
        const { items, lastKey } = await leftovers.stalePictures(nowTs - FAILURE_MS, after, PIECE);
        if (!isTrial) await leftovers.removePictures(items);
        yield { done: items.length };
        after = lastKey;
        await setImmediate();
      }
    },
  };
}
