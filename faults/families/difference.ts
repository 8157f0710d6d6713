import type { Answer } from "./ask.ts";

/** What kind of difference a client sees between the answers of an original and of its candidate. */
export type DifferenceClass = "worded differently" | "different effect" | "candidate failed" | "candidate late";

/** The answer to a request whose module gave no verdict in time. */
const NO_VERDICT = "A module that decides about this request cannot be asked, try again later";

/** Undefined where both answers are the same, byte for byte. */
export function classify(original: Answer, candidate: Answer): DifferenceClass | undefined {
  if (original.status === candidate.status && original.body === candidate.body) return undefined;
  const [asked, given] = [readError(original), readError(candidate)];
  if (given.error === NO_VERDICT) return "candidate late";
  if (candidate.status === 500 && original.status !== 500) return "candidate failed";
  const isRefusal = original.status >= 400;
  if (isRefusal && original.status === candidate.status && asked.errcode === given.errcode) return "worded differently";
  return "different effect";
}

function readError({ body }: Answer): { readonly errcode?: unknown; readonly error?: unknown } {
  try {
    return JSON.parse(body) as object;
  } catch {
    return {};
  }
}
