import { setImmediate } from "node:timers/promises";
import type { AccessTimes } from "../download/access-times.ts";
import type { DeletionCriteria, DeletionRows } from "./deletion-rows.ts";
import { meets } from "./deletion-rows.ts";

/** How many rows one read looks at: a turn of the event loop must stay short. */
const PAGE_ROWS = 500;
/** How many media one piece has at most. */
const PIECE_MEDIA = 100;

export interface FindParts {
  readonly rows: Pick<DeletionRows, "candidates">;
  /** What was read a moment ago is not in the database yet. */
  readonly accessTimes: Pick<AccessTimes, "mustFlush">;
  /** Media that stays whatever the criteria say: what profiles show. */
  readonly kept: ReadonlySet<string>;
}

/**
 * The ids of all local media that meet the criteria, in pieces of at most 100. Other work gets its turn in between.
 * Quarantined and protected media never meet them. Rejects where it cannot be written what was read.
 */
export async function* findDeletable(
  criteria: DeletionCriteria,
  { rows, accessTimes, kept }: FindParts,
): AsyncIterable<readonly string[]> {
  await accessTimes.mustFlush();
  let lastId = "";
  for (;;) {
    const page = await rows.candidates(lastId, PAGE_ROWS);
    const end = page.at(-1);
    if (end === undefined) return;
    const found = page
      .filter((candidate) => meets(candidate, criteria) && !kept.has(candidate.mediaId))
      .map(({ mediaId }) => mediaId);
    for (let at = 0; at < found.length; at += PIECE_MEDIA) {
      // Clients read on while earlier pieces are deleted: the deletion looks once more.
      await accessTimes.mustFlush();
      yield found.slice(at, at + PIECE_MEDIA);
    }
    lastId = end.mediaId;
    await setImmediate();
  }
}
