/**
 * What a fenced module would have done: requests to the homeserver and to other servers that are not `GET`, statements that
 * write to a database, work in the background, media of its own.
 */
export type HeldBack = "homeserver" | "request" | "write" | "background" | "media";

/** How often each was held back. */
export type HeldBackCounts = Readonly<Record<HeldBack, number>>;

export const NOTHING_HELD_BACK: HeldBackCounts = {
  homeserver: 0,
  request: 0,
  write: 0,
  background: 0,
  media: 0,
};

/** The sum of counts. */
export function addHeldBack(one: HeldBackCounts, other: Partial<HeldBackCounts>): HeldBackCounts {
  const entries = Object.entries(one).map(([what, count]) => [what, count + (other[what as HeldBack] ?? 0)]);
  return Object.fromEntries(entries) as HeldBackCounts;
}
