import { LIMITS, type Kind } from "./modules.ts";

/** What decides over an upload. */
export interface Asked {
  readonly kind: Kind;
  readonly sizeBytes: number;
  /** The first three bytes of the content: `1`, `2` and `3` in their places are spam to the module of that number. */
  readonly mark: string;
  /** Without a `Content-Length`: the limits come first then. */
  readonly isChunked: boolean;
}

/** What the user has stored: at least, and at most, as uploads beside this one may or may not have been stored yet. */
export interface Usage {
  readonly leastBytes: number;
  readonly mostBytes: number;
}

export const STORED = "200";

/**
 * How a refusal by a limit is worded: by the first module that words it, or without Python's where it was gone by then.
 */
const BY_LIMIT: Record<Kind, readonly [whole: string, withoutPython: string]> = {
  first: ["429 ORG.FIRST.LIMIT", "429 ORG.SECOND.LIMIT"],
  second: ["429 ORG.SECOND.LIMIT", "429 ORG.SECOND.LIMIT"],
  third: ["429 ORG.THIRD.LIMIT", "403 M_USER_LIMIT_EXCEEDED"],
  free: ["", ""],
};

/**
 * The right answers to an upload, as every module would have given its own; several only where the usage is not known
 * exactly.
 */
export function rightAnswers(asked: Asked, { leastBytes, mostBytes }: Usage, isPythonWhole: boolean): Set<string> {
  const { kind, sizeBytes, isChunked } = asked;
  const refusals = isPythonWhole ? BY_LIMIT[kind].slice(0, 1) : BY_LIMIT[kind];
  const byModules = refusalOfSize(sizeBytes);
  if (!isChunked && byModules !== undefined) return new Set([byModules]);
  if (leastBytes + sizeBytes > LIMITS[kind]) return new Set(refusals);
  const otherwise = byModules ?? refusalOfContent(asked.mark) ?? STORED;
  return new Set(mostBytes + sizeBytes > LIMITS[kind] ? [otherwise, ...refusals] : [otherwise]);
}

function refusalOfSize(sizeBytes: number): string | undefined {
  if (sizeBytes % 7 === 0) return "413 M_TOO_LARGE";
  if (sizeBytes % 11 === 0) return "451 ORG.SECOND";
  if (sizeBytes % 13 === 0) return "402 ORG.THIRD";
  return undefined;
}

function refusalOfContent(mark: string): string | undefined {
  if (mark[0] === "1") return "400 M_UNKNOWN";
  if (mark[1] === "2") return "422 ORG.SECOND.SPAM";
  if (mark[2] === "3") return "406 ORG.THIRD.SPAM";
  return undefined;
}

/** Whether every module allows this many bytes. */
export function isAllowedSize(sizeBytes: number): boolean {
  return refusalOfSize(sizeBytes) === undefined;
}
