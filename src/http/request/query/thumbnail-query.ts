import { matrixError } from "../../../errors.ts";
import type { AskedThumbnail, ThumbnailMethod } from "../../../media/thumbnails/thumbnailer.ts";
import { queryText, type Query } from "./query.ts";

/** As Python reads a whole number: spaces around it, a sign, single underscores between its digits. */
const WHOLE = /^\s*[+-]?\d+(?:_\d+)*\s*$/;
/** No picture is wider, and products of two sides stay exact. */
const LARGEST = 2 ** 20;

/**
 * The thumbnail that a request asks for. A side of 0 counts as 1, since Element iOS asks for 0x0. Throws
 * `M_MISSING_PARAM` and `M_INVALID_PARAM`. Client-Server API, `GET
 * /_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}`.
 */
export function askedThumbnail(query: Query): AskedThumbnail {
  return {
    width: sideOf(query, "width"),
    height: sideOf(query, "height"),
    method: methodOf(query),
    animated: isAnimated(query),
  };
}

function sideOf(query: Query, name: "width" | "height"): number {
  const text = queryText(query, name);
  if (text === undefined) throw matrixError("THUMBNAIL_SIZE_MISSING");
  const side = text !== null && WHOLE.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN;
  if (!(side >= 0)) throw matrixError("THUMBNAIL_SIZE_INVALID");
  return Math.min(Math.max(side, 1), LARGEST);
}

function methodOf(query: Query): ThumbnailMethod {
  const text = queryText(query, "method");
  if (text === undefined || text === "scale") return "scale";
  if (text !== "crop") throw matrixError("THUMBNAIL_METHOD_UNKNOWN");
  return "crop";
}

function isAnimated(query: Query): boolean {
  const text = queryText(query, "animated");
  if (text !== undefined && text !== "true" && text !== "false") throw matrixError("ANIMATED_NOT_A_BOOLEAN");
  return text === "true";
}
