/** Bytes that no client library sends, and the statuses of the answers that must come. */
export interface Shape {
  readonly name: string;
  readonly pieces: readonly string[];
  readonly statuses: readonly number[];
  /** The client ends its side without waiting for an answer: what it sent is not whole. */
  readonly cut?: true;
}

const AUTH = "Authorization: Bearer token-of-alice\r\n";
const HOST = "Host: example.test\r\n";
const HEALTH = `GET /health HTTP/1.1\r\n${HOST}\r\n`;
/**
 * Must never be taken for a request where it is in a body. Its status, which nothing else here has, would show that.
 */
const SMUGGLED = `DELETE /health HTTP/1.1\r\n${HOST}\r\n`;

const get = (headers: string) => `GET /health HTTP/1.1\r\n${HOST}${headers}\r\n`;
const upload = (headers: string, body: string) =>
  `POST /_matrix/media/v3/upload HTTP/1.1\r\n${HOST}${AUTH}${headers}\r\n${body}`;
const chunked = (body: string, headers = "") => upload(`Transfer-Encoding: chunked\r\n${headers}`, body);

const shape = (name: string, statuses: readonly number[], ...pieces: string[]): Shape => ({ name, pieces, statuses });
const cut = (name: string, statuses: readonly number[], ...pieces: string[]): Shape => ({
  ...shape(name, statuses, ...pieces),
  cut: true,
});

/** Every shape with what the service makes of it. */
export const SHAPES: readonly Shape[] = [
  // What is not HTTP at all.
  shape("nothing", []),
  shape("a TLS client hello", [400], "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x00\x00"),
  shape("the preface of HTTP/2", [400], "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  cut("the banner of SSH", [400], "SSH-2.0-client\r\n"),
  shape("zeros", [400], "\0".repeat(1000)),
  cut("half a request line", [400], "GET /hea"),
  cut("half a head", [400], `GET /health HTTP/1.1\r\n${HOST}X-Y`),
  shape("HTTP/0.9", [200], "GET /health\r\n\r\n"),
  shape("HTTP/3.7", [400], `GET /health HTTP/3.7\r\n${HOST}\r\n`),
  shape("HTTP/1.0 without a host", [200], "GET /health HTTP/1.0\r\n\r\n"),
  shape("empty lines before a request", [200], `\r\n\r\n${HEALTH}`),
  shape("a method in lower case", [405], `get /health HTTP/1.1\r\n${HOST}\r\n`),
  shape("a request a byte at a time", [200], ...Array.from(HEALTH)),

  // Targets.
  shape("no target", [400], `GET  HTTP/1.1\r\n${HOST}\r\n`),
  shape("a target with a space", [400], `GET /health /health HTTP/1.1\r\n${HOST}\r\n`),
  shape("a target that is not a path", [400], `OPTIONX * HTTP/1.1\r\n${HOST}\r\n`),
  shape("the server as a whole", [204], `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`),
  shape("another server's target", [200], `GET http://other.test/health HTTP/1.1\r\n${HOST}\r\n`),
  shape("a tunnel", [404], `CONNECT other.test:443 HTTP/1.1\r\n${HOST}\r\n`),
  shape("bytes that are not ASCII in a target", [400], `GET /\xff\xfe\x80 HTTP/1.1\r\n${HOST}\r\n`),
  shape("a target that climbs", [404], `GET /_matrix/media/v3/download/../../../../etc/passwd HTTP/1.1\r\n${HOST}\r\n`),
  shape("an encoded one", [404], `GET /_matrix/media/v3/download/example.test/..%2f..%2fetc HTTP/1.1\r\n${HOST}\r\n`),
  shape("zeros in an id", [404], `GET /_matrix/media/v3/download/example.test/%00%00 HTTP/1.1\r\n${HOST}\r\n`),
  shape("a target without end", [431], `GET /${"a".repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`),
  shape("a query without end", [431], `GET /health?${"a=b&".repeat(5000)} HTTP/1.1\r\n${HOST}\r\n`),
  shape(
    "a query of many parameters",
    [401],
    `GET /_matrix/media/v3/config?${"a=b&".repeat(3500)} HTTP/1.1\r\n${HOST}\r\n`,
  ),

  // Headers.
  shape("no host", [400], "GET /health HTTP/1.1\r\n\r\n"),
  shape("two hosts", [400], get(HOST)),
  shape("a header without a colon", [400], get("X-Y\r\n")),
  shape("a header without a name", [400], get(": value\r\n")),
  shape("a name with a space", [400], get("X Y: value\r\n")),
  shape("a space before the colon", [400], get("X-Y : value\r\n")),
  shape("a folded header", [400], get("X-Y: one\r\n two\r\n")),
  shape("a zero in a value", [400], get("X-Y: a\0b\r\n")),
  shape("a lone carriage return", [400], get("X-Y: a\rb\r\n")),
  shape("lines that end too early", [400], `GET /health HTTP/1.1\n${HOST}\n`),
  shape("a header of 17 KiB", [431], get(`X-Y: ${"z".repeat(17_000)}\r\n`)),
  shape("499 small headers and a host", [200], get("a:b\r\n".repeat(499))),
  shape("500 small headers and a host", [431], get("a:b\r\n".repeat(500))),
  shape("5,000 small headers", [431], get("a:b\r\n".repeat(5000))),
  shape("10,000 small headers", [431], get("a:b\r\n".repeat(10_000))),
  shape(
    "headers without end, in pieces",
    [431],
    `GET /health HTTP/1.1\r\n${HOST}`,
    ...Array.from({ length: 40 }, () => `X-Y: ${"z".repeat(500)}\r\n`),
  ),
  shape("bytes that are not ASCII", [200], get("X-Y: \xff\xfe\x80\r\n")),
  shape("an upgrade to a web socket", [200], get("Connection: Upgrade\r\nUpgrade: websocket\r\n")),
  shape(
    "an upgrade to HTTP/2",
    [200],
    get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"),
  ),
  shape("an unknown expectation", [200], get("Expect: the-unexpected\r\n")),
  shape("a range of absurd numbers", [200], get(`Range: bytes=${"9".repeat(400)}-\r\n`)),
  shape("two tokens", [401], `GET /_matrix/client/v1/media/config HTTP/1.1\r\n${HOST}${AUTH}${AUTH}\r\n`),

  // Lengths.
  shape("no length", [400], upload("", "")),
  shape("no length in HTTP/1.0", [400], `POST /_matrix/media/v3/upload HTTP/1.0\r\n${AUTH}\r\nabc`),
  shape("a length behind many headers", [431], upload(`${"te:\r\n".repeat(1010)}Content-Length: 3\r\n`, "abc")),
  shape("chunks behind many headers", [431], chunked("3\r\nabc\r\n0\r\n\r\n", "te:\r\n".repeat(1010))),
  shape("two lengths that agree", [400], upload("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")),
  shape("two lengths", [400], upload("Content-Length: 3\r\nContent-Length: 40\r\n", `abc${SMUGGLED}`)),
  shape("two lengths in one", [400], upload("Content-Length: 3, 3\r\n", "abc")),
  shape("a negative length", [400], upload("Content-Length: -3\r\n", "abc")),
  shape("a length with a plus", [400], upload("Content-Length: +3\r\n", "abc")),
  shape("a hexadecimal length", [400], upload("Content-Length: 0x3\r\n", "abc")),
  shape("an empty length", [400], upload("Content-Length:\r\n", "abc")),
  shape("a length of 30 digits", [400], upload(`Content-Length: ${"9".repeat(30)}\r\n`, "abc")),
  shape("a length of 15 digits", [413], upload(`Content-Length: ${"9".repeat(15)}\r\n`, "abc")),
  cut("a body that ends too early", [400], upload("Content-Length: 30\r\n", "abc")),
  shape(
    "a body of a GET",
    [200, 405],
    `GET /health HTTP/1.1\r\n${HOST}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}${SMUGGLED}`,
  ),

  // Request smuggling: the end of a body that two readers see at two places.
  shape("a length and chunks", [400], chunked(`0\r\n\r\n${SMUGGLED}`, "Content-Length: 5\r\n")),
  shape(
    "chunks and a length",
    [400],
    upload(`Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${SMUGGLED}`),
  ),
  shape("an unknown encoding", [400], upload("Transfer-Encoding: xchunked\r\n", `0\r\n\r\n${SMUGGLED}`)),
  shape(
    "chunks within another encoding",
    [400],
    upload("Transfer-Encoding: chunked, identity\r\n", `0\r\n\r\n${SMUGGLED}`),
  ),
  shape(
    "chunks named twice",
    [400],
    upload("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", `0\r\n\r\n${SMUGGLED}`),
  ),
  shape("chunks within a known encoding", [400], upload("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")),
  shape("chunks named twice alike", [400], chunked("0\r\n\r\n", "Transfer-Encoding: chunked\r\n")),
  shape("chunks behind a tab", [200, 405], upload("Transfer-Encoding:\tchunked\r\n", `0\r\n\r\n${SMUGGLED}`)),
  shape("chunks behind a space", [400], upload("Transfer-Encoding : chunked\r\n", `0\r\n\r\n${SMUGGLED}`)),
  shape("chunks behind a vertical tab", [400], upload("Transfer-Encoding: \x0bchunked\r\n", `0\r\n\r\n${SMUGGLED}`)),
  shape("chunks in a folded line", [400], upload("Transfer-Encoding:\r\n chunked\r\n", `0\r\n\r\n${SMUGGLED}`)),
  shape(
    "chunks in HTTP/1.0",
    [400],
    `POST /_matrix/media/v3/upload HTTP/1.0\r\n${AUTH}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ),

  // Chunks.
  shape("a chunk of no size", [400], chunked("zz\r\nabc\r\n0\r\n\r\n")),
  shape("a chunk of a negative size", [400], chunked("-1\r\nabc\r\n0\r\n\r\n")),
  cut("a chunk of more than 64 bits", [400], chunked(`${"f".repeat(20)}\r\nabc\r\n0\r\n\r\n`)),
  shape("a chunk that is longer than it says", [400], chunked("2\r\nabcdef\r\n0\r\n\r\n")),
  cut("a chunk that is shorter than it says", [400], chunked("9\r\nabc\r\n0\r\n\r\n")),
  shape("a chunk without its end", [400], chunked("3\r\nabc0\r\n\r\n")),
  shape("chunks whose lines end too early", [400], chunked("3\nabc\n0\n\n")),
  cut("chunks without the last one", [400], chunked("3\r\nabc\r\n")),
  shape("a chunk with an extension", [200], chunked("3;name=value\r\nabc\r\n0\r\n\r\n")),
  shape("an extension without end", [400], chunked(`3;${"a".repeat(20_000)}\r\nabc\r\n0\r\n\r\n`)),
  shape("trailers", [200], chunked("3\r\nabc\r\n0\r\nX-Y: z\r\n\r\n")),
  shape("a length among the trailers", [400], chunked("3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n")),
  shape("trailers without end", [431], chunked(`3\r\nabc\r\n0\r\n${"X-Y: z\r\n".repeat(5000)}\r\n`)),
  shape("10,000 chunks of a byte", [200], chunked(`${"1\r\na\r\n".repeat(10_000)}0\r\n\r\n`)),

  // Several requests on a connection.
  shape(
    "50 requests at once",
    Array.from({ length: 50 }, () => 200),
    HEALTH.repeat(50),
  ),
  shape("an upload and a request at once", [200, 200], upload("Content-Length: 3\r\n", `abc${HEALTH}`)),
  shape(
    "a refused upload and a request at once",
    [413, 200],
    upload("Content-Length: 200000\r\n", "a".repeat(200_000)),
    HEALTH,
  ),
  shape(
    "1,500 requests at once",
    Array.from({ length: 1500 }, () => 200),
    HEALTH.repeat(1500),
  ),
  shape("a tunnel behind a request", [200, 404], `${HEALTH}CONNECT other.test:443 HTTP/1.1\r\n${HOST}\r\n`),
  shape("a mistake between requests", [200, 400], `${HEALTH}what?\r\n\r\n${HEALTH}`),
  shape("a request after one that closes", [200], `${get("Connection: close\r\n")}${HEALTH}`),
];
