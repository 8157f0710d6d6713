import { decodePercentBytes } from "../../util/percent.ts";

const UPLOADING = /^_matrix\/media\/(?:unstable\/[^/]+|[^/]+)\/(?:upload|create)(?:[/;?#]|$)/;
/** More often than anyone encodes a path, or decodes one. */
const MAX_ROUNDS = 10;

/**
 * Whether a path has a segment `.` or `..`, decoded as often as may be. What is still encoded after many rounds
 * counts as one.
 */
export function hasDotSegment(path: string): boolean {
  const decoded = decodeRepeatedly(path);
  return decoded === undefined || decoded.split(/[/\\]/).some((segment) => segment === "." || segment === "..");
}

/**
 * Whether a path could be taken for one that is guarded by one that reads paths more freely than we do: another proxy on the
 * way, say, that decodes it, joins its slashes or resolves its dots. A path that is not guarded to the letter goes nowhere then.
 */
export function looksGuarded(path: string): boolean {
  const decoded = decodeRepeatedly(path);
  if (decoded === undefined) return true;
  const segments: string[] = [];
  for (const segment of decoded.toLowerCase().split(/[/\\]/)) {
    const name = segment.trim();
    if (name === "..") segments.pop();
    else if (name !== "" && name !== ".") segments.push(name);
  }
  return UPLOADING.test(segments.join("/"));
}

/** Byte by byte: what is not UTF-8 must not hide what comes beside it. undefined where there is no end to it. */
function decodeRepeatedly(path: string): string | undefined {
  let text = path;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const decoded = decodePercentBytes(text);
    if (decoded === text) return text;
    text = decoded;
  }
  return undefined;
}
