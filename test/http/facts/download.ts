import {
  ask,
  differs,
  DOWNLOAD_HEADERS,
  file,
  NO_TOKEN,
  NOT_FOUND,
  recorded,
  SAFETY_HEADERS,
  store,
  UNKNOWN_ID,
  UNRECOGNIZED,
  type HttpCase,
} from "./case.ts";

const DOWNLOAD = "GET …/download/{server}/{id}";
const ADMIN = "/_synapse/admin/v1";
const BY_ADMIN = { by: "admin", body: "" };
const DONE = { status: 200, json: {} };
const DIGITS = "0123456789".repeat(10);
const DISPOSITION = "inline; filename=digits.txt";
const ETAG = `"9cfe7faff7054298ca87557e15a10262de8d3eee77827417fbdfea1c41b9ec23"`;
const WHOLE = file(DIGITS, DISPOSITION);
const storeDigits = store({ body: DIGITS, name: "digits.txt" });

function headed(id: string, ...header: [string, string]): HttpCase {
  return recorded(id, storeDigits, ask(DOWNLOAD, WHOLE, { headers: [header] }));
}

function ranged(id: string, range: string, status: 206 | 416, contentRange: string, body?: string): HttpCase {
  const headers = { "content-range": contentRange };
  const answer =
    body === undefined
      ? { status, errcode: "M_UNKNOWN", headers }
      : { status, headers: { ...DOWNLOAD_HEADERS, ...headers }, body };
  return differs(
    id,
    "ranges are served (RFC 9110, 14.2); Synapse sends the whole file",
    storeDigits,
    ask(DOWNLOAD, answer, { headers: [["Range", range]] }),
  );
}

const unknownId = (id: string, mediaId: string) =>
  recorded(`download.id.${id}`, ask(`GET …/download/{server}/${mediaId}`, NOT_FOUND));

const named = (id: string, path: string, disposition: string, name?: string) =>
  recorded(
    `download.name.${id}`,
    store(name === undefined ? {} : { name }),
    ask(`${DOWNLOAD}${path}`, file("hello", disposition)),
  );

const remote = (id: string, server: string, answered: number) =>
  differs(
    `download.server.${id}`,
    `remote media is not fetched yet and answers 404; Synapse: ${answered}`,
    ask(`GET …/download/${server}/${UNKNOWN_ID}?timeout_ms=1000`, NOT_FOUND),
  );

export const DOWNLOAD_CASES: HttpCase[] = [
  recorded("download.by_another_user", store(), ask(DOWNLOAD, file("hello", "inline"), { by: "bob" })),
  recorded("download.by_guest", store(), ask(DOWNLOAD, file("hello", "inline"), { by: "guest" })),
  differs(
    "download.every_header",
    "the ETag is the SHA-256 of the content, where Synapse's is 1 for every file; nosniff and Accept-Ranges are said besides, and other origins may ask for ranges",
    storeDigits,
    ask(DOWNLOAD, {
      ...WHOLE,
      headers: { ...WHOLE.headers, "content-length": "100", etag: ETAG, "accept-ranges": "bytes" },
    }),
  ),
  recorded(
    "download.head.plain",
    storeDigits,
    ask("HEAD …/download/{server}/{id}", {
      ...WHOLE,
      headers: { ...WHOLE.headers, "content-length": "100" },
      body: "",
    }),
  ),
  recorded("download.head.unknown", ask(`HEAD …/download/{server}/${UNKNOWN_ID}`, { status: 404, body: "" })),
  unknownId("dotdot", ".."),
  unknownId("empty", ""),
  unknownId("invalid_utf8", "%ff%fe%fd"),
  unknownId("long", "a".repeat(500)),
  unknownId("nul", "abcdef%00ghi"),
  unknownId("one_letter", "a"),
  unknownId("percent_alone", "abc%"),
  unknownId("plus", "abc+def"),
  unknownId("quote", "abc'%20OR%20'1'='1"),
  unknownId("semicolon", "abc;def"),
  unknownId("short", "ab"),
  unknownId("traversal_encoded", "..%2F..%2F..%2Fetc%2Fpasswd"),
  unknownId("traversal_mixed", "ab/..%2f..%2fetc"),
  recorded("download.id.traversal_raw", ask("GET …/download/{server}/../../../../etc/passwd", UNRECOGNIZED)),
  unknownId("unknown", UNKNOWN_ID),
  unknownId("url_cache_form", "2020-01-01_abcdefghijklmnop"),
  differs(
    "download.if_none_match.matches",
    "1 is not an entity tag of ours; Synapse's is 1 for every file and answers 304",
    storeDigits,
    ask(DOWNLOAD, WHOLE, { headers: [["If-None-Match", "1"]] }),
  ),
  headed("download.if_none_match.other", "If-None-Match", '"abc"'),
  recorded(
    "download.if_none_match.own_etag",
    storeDigits,
    ask(
      DOWNLOAD,
      {
        status: 304,
        headers: { ...SAFETY_HEADERS, etag: ETAG, "cache-control": DOWNLOAD_HEADERS["cache-control"] },
        body: "",
      },
      { headers: [["If-None-Match", ETAG]] },
    ),
  ),
  headed("download.if_none_match.quoted", "If-None-Match", '"1"'),
  recorded(
    "download.if_none_match.unauthorised",
    storeDigits,
    ask(DOWNLOAD, NO_TOKEN, { by: "anonymous", headers: [["If-None-Match", "1"]] }),
  ),
  headed("download.if_none_match.weak", "If-None-Match", 'W/"1"'),
  named("in_path", "/path.txt", "inline; filename=path.txt"),
  named("none", "", "inline"),
  named("path_crlf", "/a%0D%0AX-Evil:1.txt", "inline; filename*=utf-8''a%0D%0AX-Evil%3A1.txt"),
  named("path_dot", "/.", "inline; filename=."),
  named("path_double_encoded", "/a%2520b.txt", "inline; filename=a%20b.txt"),
  named("path_empty", "/", "inline; filename=up.txt", "up.txt"),
  named("path_nul", "/a%00b", "inline; filename*=utf-8''a%00b"),
  named("path_space", "/a%20b.txt", "inline; filename*=utf-8''a%20b.txt"),
  recorded("download.name.path_two_parts", store(), ask(`${DOWNLOAD}/a/b.txt`, UNRECOGNIZED)),
  named("path_unicode", "/%C5%BC.txt", "inline; filename*=utf-8''%C5%BC.txt"),
  named("path_wins", "/path.txt", "inline; filename=path.txt", "up.txt"),
  named("uploaded", "", "inline; filename=up.txt", "up.txt"),
  recorded(
    "download.quarantined",
    store({ body: "quarantined" }),
    ask(`POST ${ADMIN}/media/quarantine/{server}/{id}`, DONE, BY_ADMIN),
    ask(DOWNLOAD, NOT_FOUND),
    ask(DOWNLOAD, NOT_FOUND, { by: "admin" }),
    ask(`${DOWNLOAD}?admin_unsafely_bypass_quarantine=true`, file("quarantined", "inline"), { by: "admin" }),
    ask(DOWNLOAD, NOT_FOUND, { headers: [["If-None-Match", "1"]] }),
    ask(DOWNLOAD.replace("GET", "HEAD"), { status: 404, body: "" }),
    ask(`POST ${ADMIN}/media/unquarantine/{server}/{id}`, DONE, BY_ADMIN),
    ask(DOWNLOAD, file("quarantined", "inline")),
  ),
  ranged("download.range.first_ten", "bytes=0-9", 206, "bytes 0-9/100", "0123456789"),
  ranged("download.range.open_end", "bytes=90-", 206, "bytes 90-99/100", "0123456789"),
  headed("download.range.rubbish", "Range", "bytes=a-b"),
  ranged("download.range.suffix", "bytes=-5", 206, "bytes 95-99/100", "56789"),
  ranged("download.range.suffix_too_long", "bytes=-1000", 206, "bytes 0-99/100", DIGITS),
  headed("download.range.two", "Range", "bytes=0-1,4-5"),
  ranged("download.range.unsatisfiable", "bytes=100-", 416, "bytes */100"),
  remote("empty", "", 500),
  remote("ipv6_bare", "::1", 500),
  recorded("download.server.prevented", ask(`GET …/download/prevented.test/${UNKNOWN_ID}?timeout_ms=1000`, NOT_FOUND)),
  remote("punycode", "xn--bcher-kva.invalid", 502),
  remote("space", "a%20b", 500),
  remote("trailing_dot", "{server}.", 500),
  remote("traversal", "..%2F..", 500),
  remote("underscore", "a_b.invalid", 500),
  remote("unreachable", "nowhere.invalid", 502),
  remote("unreachable_port", "127.0.0.1:9499", 502),
  remote("with_port", "{server}:8448", 502),
];
