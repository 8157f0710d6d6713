/** Types that a browser may show; everything else is an attachment. Client-Server API, "Serving inline content". */
const INLINE = new Set([
  "text/css", "text/plain", "text/csv", "application/json", "application/ld+json",
  "image/jpeg", "image/gif", "image/png", "image/apng", "image/webp", "image/avif",
  "video/mp4", "video/webm", "video/ogg", "video/quicktime",
  "audio/mp4", "audio/webm", "audio/aac", "audio/mpeg", "audio/ogg", "audio/wave", "audio/wav", "audio/x-wav",
  "audio/x-pn-wav", "audio/flac", "audio/x-flac",
]); // prettier-ignore

/** Text types, which are sent as UTF-8 unless they name another charset. */
const TEXT = new Set([
  "text/css", "text/csv", "text/html", "text/calendar", "text/plain", "text/javascript", "text/xml",
  "application/json", "application/ld+json", "application/rtf", "image/svg+xml",
]); // prettier-ignore

/**
 * A media type with its parameters: RFC 9110, 8.3.1 and 5.6.6, without what parsers disagree about. Browsers split the
 * header at commas, and differ in which quotes and backslashes hide one: so a value must not have `'` or `\`. The
 * essence ends at the `;`.
 */
const WELL_FORMED = new RegExp(
  String.raw`^([\w!#$%&'*+.^\x60|~-]+/[\w!#$%&'*+.^\x60|~-]+)` +
    String.raw`(?:;[ \t]*(?:[\w!#$%&*+.^\x60|~-]+=(?:[\w!#$%&*+.^\x60|~-]+|"[ !#-&(-\[\]-~]*")[ \t]*)?)*$`,
);

/**
 * What Node can write into a header. Other characters can only come from modules, and from rows that other programs
 * wrote.
 */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]+$/;

/** Whether a browser may show a file of this type, instead of saving it. */
export function isShown(mediaType: string): boolean {
  const [, essence = ""] = WELL_FORMED.exec(mediaType) ?? [];
  return INLINE.has(essence.toLowerCase());
}

/** The `Content-Type` of a file: as it was stored, where a header can hold it. */
export function contentTypeOf(mediaType: string): string {
  if (!SENDABLE.test(mediaType)) return "application/octet-stream";
  return TEXT.has(mediaType.toLowerCase()) ? `${mediaType}; charset=UTF-8` : mediaType;
}
