import { randomBytes } from "node:crypto";

/** Distinguishes the requests of this process from those of the previous one. */
const START_ID = randomBytes(4).toString("hex");
/** What a proxy may call a request: words that are safe in a header, in a log and on a command line. */
const GIVEN_FORM = /^[A-Za-z0-9._-]{1,64}$/;
/** The proxy's own names are kept for this many requests: modules may log for a request long after its answer. */
const MAX_GIVEN = 10_000;

const givenIds = new Map<number, string>();

/**
 * Names a request: by what the proxy calls it, where that has the form `[A-Za-z0-9._-]{1,64}`, otherwise by
 * `<start id>-<number>`. The answer carries the name in `X-Request-ID`, and so does every line of the log.
 */
export function nameRequest(number: number, given: string | string[] | undefined): string {
  if (typeof given !== "string" || !GIVEN_FORM.test(given)) return ownId(number);
  givenIds.set(number, given);
  if (givenIds.size > MAX_GIVEN) dropOldest();
  return given;
}

/** The name of a request, by its number: for what is logged about it. */
export function requestIdOf(number: number): string {
  return givenIds.get(number) ?? ownId(number);
}

/** Number and name of a request as a line of the log has them; nothing where a line is about none. */
export function requestFacts(number: number | undefined): { request?: number; requestId?: string } {
  return number === undefined ? {} : { request: number, requestId: requestIdOf(number) };
}

/** A map keeps its keys in the order in which they came. */
function dropOldest(): void {
  const { value } = givenIds.keys().next();
  if (value !== undefined) givenIds.delete(value);
}

function ownId(number: number): string {
  return `${START_ID}-${number}`;
}
