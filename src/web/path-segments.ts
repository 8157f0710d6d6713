import { decodePercent } from "../util/text/percent.ts";

/**
 * The segments of a registered path, taken literally, as Synapse splits them: what precedes the first slash does not
 * count.
 */
export function splitRegisteredPath(path: string): string[] {
  const [before = "", ...rest] = path.split("/");
  return rest.length === 0 ? [before] : rest;
}

/**
 * The decoded segments of a request target; undefined where it is not a path. A segment that is not UTF-8 belongs to no
 * resource.
 */
export function splitTarget(target: string): (string | undefined)[] | undefined {
  return target.startsWith("/") ? rawSegments(target).map(decodePercent) : undefined;
}

/** The part of a request target after `depth` segments, query included: a target of its own. */
export function cutTarget(target: string, depth: number): string {
  const mark = target.indexOf("?");
  const query = mark === -1 ? "" : target.slice(mark);
  return `/${rawSegments(target).slice(depth).join("/")}${query}`;
}

function rawSegments(target: string): string[] {
  const mark = target.indexOf("?");
  return (mark === -1 ? target : target.slice(0, mark)).slice(1).split("/");
}
