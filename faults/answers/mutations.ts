/** Answers as they should be, of every way in which one can end, to be broken. */
const ANSWERS = [
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\nhello world",
  'HTTP/1.1 200 OK\r\nServer: Synapse/1.163.2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a="b"\r\n world\r\n0\r\n\r\n',
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Y\r\n\r\n00B\r\nhello world\r\n0\r\nX-Y: z\r\n\r\n",
  "HTTP/1.1 200\r\nConnection: close\r\n\r\nhello world",
  "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
  "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}",
  "HTTP/1.1 204 No Content\r\nX-Y: z\r\n\r\n",
  "HTTP/1.1 304 Not Modified\r\nContent-Length: 11\r\n\r\n",
  "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 0\r\nKeep-Alive: timeout=5\r\nConnection: keep-alive\r\n\r\n",
  "HTTP/1.1 429 Too Many\r\nRetry-After: 5\r\nX-Twice: one\r\nX-Twice:  caf\xe9 \r\nX-Empty:\r\nContent-Length: 2\r\n\r\n{}",
  "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 500 Oh\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
  "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nabc",
];

/** What parsers stumble over. */
const SPLINTERS = [
  ...Array.from('\0\t\r\n\v\f :;,="\\-+.x0159aF_()<>@[]{}\x1f\x7f\x80\xa0\xff'),
  "\r\n",
  "\r\n\r\n",
  "\n\n",
  "\r\n ",
  "\r\n\t",
  "\t\r\n",
  " \r\n",
  "0\r\n\r\n",
  "0\r\n",
  "00000000000000000",
  "ffffffffffffffff",
  "100000000",
  "99999999999999999999",
  "4294967307",
  "-1",
  "0x",
  ", 11",
  "chunked",
  "gzip, ",
  ", close",
  "HTTP/1.1 200 OK\r\n",
];

/** Whole header lines, by which one reader may see another end of the answer than the other. */
const LINES = [
  "Content-Length: 11",
  "Content-Length: 5",
  "content-length: 0",
  "Content-Length:\t11",
  "Content-Length: 11\t",
  "Content-Length: +11",
  "Content-Length: 11, 11",
  "Content-Length: 0x0b",
  "Content-Length: 011",
  "Content-Length:",
  "Content-Length : 11",
  "Transfer-Encoding: chunked",
  "transfer-encoding:chunked",
  "Transfer-Encoding: CHUNKED",
  "Transfer-Encoding: chunked, chunked",
  "Transfer-Encoding: chunked, identity",
  "Transfer-Encoding: identity",
  "Transfer-Encoding: xchunked",
  "Transfer-Encoding: chunked\t",
  "Transfer-Encoding:\tchunked",
  "Transfer-Encoding: chunked;q=1",
  "Transfer-Encoding:",
  "Connection: close",
  "Connection: keep-alive",
  "Connection: keep-alive, close",
  "Connection: close, keep-alive",
  'Connection: "close"',
  "Proxy-Connection: close",
  "Connection: upgrade",
  "Upgrade: x",
  "X-Y: a\r\n b",
  " X: y",
  "X",
];

/** Statuses that say something of the body. */
const STATUSES = [
  "100",
  "101",
  "102",
  "199",
  "200",
  "204",
  "205",
  "206",
  "299",
  "304",
  "599",
  "600",
  "999",
  "000",
  "20",
];

/** An answer broken in a few places, in pieces as it arrives. `random` decides over everything. */
export function breakAnswer(random: () => number): Buffer[] {
  const below = (count: number) => Math.floor(random() * count);
  const pick = <T>(values: readonly T[]) => values[below(values.length)] as T;
  let text = pick(ANSWERS);
  for (let count = below(4); count > 0; count -= 1) {
    const at = below(text.length);
    const to = at + 1 + below(Math.min(20, text.length - at));
    const lines = text.split("\r\n");
    const line = 1 + below(lines.length);
    text = pick([
      () => text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1),
      () => text.slice(0, at) + pick(SPLINTERS) + text.slice(at),
      () => text.slice(0, at) + text.slice(to),
      () => text.slice(0, to) + text.slice(at),
      () => text.slice(0, at),
      () => lines.toSpliced(line, 0, pick(lines)).join("\r\n"),
      () => lines.toSpliced(line, 1).join("\r\n"),
      () => lines.toSpliced(1, 0, pick(LINES)).join("\r\n"),
      () => lines.toSpliced(1, 0, pick(LINES)).join("\r\n"),
      () => lines.toSpliced(1, 1, pick(LINES)).join("\r\n"),
      () => text.replace(/ \d\d\d/, ` ${pick(STATUSES)}`),
      () => text.replace(/\d+(?=\r\n)/, (digits) => pick([digits + pick(SPLINTERS), pick(SPLINTERS) + digits])),
      () => text + pick(ANSWERS),
    ])();
  }
  const pieces: Buffer[] = [];
  while (text !== "") {
    const length = random() < 0.6 ? text.length : 1 + below(text.length);
    pieces.push(Buffer.from(text.slice(0, length), "latin1"));
    text = text.slice(length);
  }
  return pieces;
}
