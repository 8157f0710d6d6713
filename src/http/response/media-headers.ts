import type { LocalMedia } from "../../media/media-rows.ts";
import { contentTypeOf, isShown } from "./media-type.ts";
import { CORS_HEADERS } from "./json.ts";

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Sent with every answer of a download route, once the request is authenticated: tells browsers what a page of another
 * origin may do with it.
 */
export const SAFETY_HEADERS = {
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Content-Security-Policy":
    "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; media-src 'self'; object-src 'self';",
  "X-Content-Security-Policy": "sandbox;",
  "Referrer-Policy": "no-referrer",
} as const;

/** Headers that a 304 carries as well. */
export function cacheHeaders(media: LocalMedia): Record<string, string> {
  return {
    ...CORS_HEADERS,
    "Cache-Control": "public,max-age=86400,s-maxage=0,proxy-revalidate",
    ETag: etagOf(media),
    ...SAFETY_HEADERS,
  };
}

/** Headers of media that is served, apart from its length. `fileName` is the name in the path, if any. */
export function mediaHeaders(media: LocalMedia, fileName: string | null): Record<string, string> {
  return {
    ...cacheHeaders(media),
    "Content-Type": contentTypeOf(media.mediaType),
    "Content-Disposition": contentDisposition(media.mediaType, fileName ?? media.uploadName),
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive, noimageindex",
    "Accept-Ranges": "bytes",
  };
}

/** A strong validator of the content. The content of an id never changes, so the id serves for rows without a hash. */
export function etagOf(media: LocalMedia): string {
  return `"${media.sha256 ?? media.mediaId}"`;
}

/** Whether an `If-None-Match` names the media's ETag. */
export function matchesEtag(header: string | undefined, media: LocalMedia): boolean {
  if (header === undefined) return false;
  const etag = etagOf(media);
  return header.trim() === "*" || header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

/** RFC 6266: a token as it is, anything else percent-encoded as UTF-8. */
function contentDisposition(mediaType: string, fileName: string | null): string {
  const disposition = isShown(mediaType) ? "inline" : "attachment";
  if (!fileName) return disposition;
  if (TOKEN.test(fileName)) return `${disposition}; filename=${fileName}`;
  return `${disposition}; filename*=utf-8''${encodeName(fileName)}`;
}

function encodeName(name: string): string {
  return encodeURIComponent(name.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
