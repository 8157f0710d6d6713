import { decodePercentBytes } from "../../util/text/percent.ts";

const UPLOADING = /^_matrix\/media\/(?:unstable\/[^/]+|[^/]+)\/(?:upload|create)(?:[/;?#]|$)/;
/** More rounds than any client encodes a path, or server decodes it. */
const MAX_ROUNDS = 10;

/**
 * Whether a path has a segment `.` or `..`, however often it is decoded. A path that is still encoded after many rounds
 * counts as one that has.
 */
export function hasDotSegment(path: string): boolean {
  const decoded = decodeRepeatedly(path);
  return decoded === undefined || decoded.split(/[/\\]/).some((segment) => segment === "." || segment === "..");
}

/**
 * Whether a more lenient reader, such as another proxy on the way that decodes the path, joins its slashes or resolves
 * its dots, could take it for a guarded path. A path that is not literally a guarded one is then refused.
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

/**
 * Decodes byte by byte: bytes that are not UTF-8 must not hide what is beside them. undefined where decoding does not
 * come to an end.
 */
function decodeRepeatedly(path: string): string | undefined {
  let text = path;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const decoded = decodePercentBytes(text);
    if (decoded === text) return text;
    text = decoded;
  }
  return undefined;
}
