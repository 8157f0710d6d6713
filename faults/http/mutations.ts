/** Requests as they should be, to be broken. `{id}` is media that exists. */
const REQUESTS = [
  "POST /_matrix/media/v3/upload?filename=a.txt HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-alice\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nhello world",
  "POST /_matrix/media/r0/upload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-bob\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
  "POST /_matrix/media/v3/upload HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-alice\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
  "POST /_matrix/media/v1/create?user_id=%40a:b HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-alice\r\nContent-Length: 2\r\n\r\n{}",
  "PUT /_matrix/media/v3/upload/example.test/{id} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-alice\r\nContent-Length: 3\r\n\r\nabc",
  'GET /_matrix/client/v1/media/download/example.test/{id}/%C3%A9.txt?timeout_ms=0 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token-of-carol\r\nRange: bytes=0-5\r\nIf-Range: "x"\r\n\r\n',
  'GET /_matrix/media/v3/download/example.test/{id}?allow_remote=false HTTP/1.1\r\nHost: a\r\nIf-None-Match: W/"x", "y"\r\n\r\n',
  "GET /_matrix/client/v1/media/config?access_token=token-of-alice HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
  "GET /health HTTP/1.0\r\n\r\nGET /health HTTP/1.1\r\nHost: a\r\n\r\n",
  "OPTIONS /_matrix/media/v3/upload HTTP/1.1\r\nHost: a\r\nOrigin: https://app.test\r\nAccess-Control-Request-Method: POST\r\n\r\n",
];

/** What parsers stumble over. */
const SPLINTERS = [
  ...Array.from('\0\t\r\n :;,?&%/\\"\x7f\x80\xff'),
  "\r\n",
  "\r\n\r\n",
  "\r\n ",
  "%00",
  "%ff",
  "%2f",
  "..",
  "0\r\n\r\n",
  "ffffffffffffffff",
  "99999999999999999999",
  "-1",
  "Content-Length: 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: identity\r\n",
  "Expect: 100-continue\r\n",
  "Connection: upgrade\r\nUpgrade: x\r\n",
  "Authorization: Bearer token-of-bob\r\n",
  "X-Y: ".padEnd(3000, "z"),
];

/** A request broken in a few places, in pieces as it is to be written (latin1). `random` decides over everything. */
export function breakRequest(random: () => number, mediaIds: readonly string[]): string[] {
  const below = (count: number) => Math.floor(random() * count);
  const pick = <T>(values: readonly [T, ...T[]] | readonly T[]) => values[below(values.length)] as T;
  let text = pick(REQUESTS).replaceAll("{id}", pick(mediaIds));
  for (let count = 1 + below(3); count > 0; count -= 1) {
    const at = below(text.length);
    const to = at + 1 + below(Math.min(40, text.length - at));
    const lines = text.split("\r\n");
    text = pick([
      () => text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1),
      () => text.slice(0, at) + pick(SPLINTERS) + text.slice(at),
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, to) + text.slice(at),
      () => lines.toSpliced(below(lines.length), 0, pick(lines)).join("\r\n"),
      () => lines.toSpliced(1, 0, pick(SPLINTERS)).join("\r\n"),
      () => text.replace(/\d+/, () => pick(SPLINTERS)),
    ])();
  }
  const pieces: string[] = [];
  while (text !== "") {
    const length = random() < 0.5 ? text.length : 1 + below(text.length);
    pieces.push(text.slice(0, length));
    text = text.slice(length);
  }
  return pieces;
}
