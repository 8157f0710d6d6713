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

/** A file that is served, as its answer describes it. */
export interface ServedFile {
  /** A strong validator of the content, with its quotes. */
  readonly etag: string;
  readonly mediaType: string;
  /** Null where it has none. */
  readonly fileName: string | null;
}

/** Headers that a 304 carries as well. */
export function cacheHeaders({ etag }: Pick<ServedFile, "etag">): Record<string, string> {
  return {
    ...CORS_HEADERS,
    "Cache-Control": "public,max-age=86400,s-maxage=0,proxy-revalidate",
    ETag: etag,
    ...SAFETY_HEADERS,
  };
}

/** Headers of a file that is served, apart from its length. */
export function mediaHeaders(file: ServedFile): Record<string, string> {
  return {
    ...cacheHeaders(file),
    "Content-Type": contentTypeOf(file.mediaType),
    "Content-Disposition": contentDisposition(file.mediaType, file.fileName),
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow, noarchive, noimageindex",
    "Accept-Ranges": "bytes",
  };
}

/** Whether an `If-None-Match` names the file's ETag. */
export function matchesEtag(header: string | undefined, { etag }: Pick<ServedFile, "etag">): boolean {
  if (header === undefined) return false;
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
