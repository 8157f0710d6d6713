import { describe, expect, test } from "vitest";
import {
  ResponseParser,
  MAX_ANSWER_BYTES,
  type BufferedResponse,
} from "../../src/proxy/small-request-client/response-parser.ts";

const OK = "HTTP/1.1 200 OK\r\n";

/** What is read of an answer that arrives in these pieces, and then ends where nothing else ends it. */
function read(pieces: readonly string[]): BufferedResponse & { readonly canReuse: boolean } {
  const reader = new ResponseParser();
  for (const [index, piece] of pieces.entries()) {
    const answer = reader.feed(Buffer.from(piece, "latin1"));
    if (answer === undefined) continue;
    expect(index).toBe(pieces.length - 1);
    return { ...answer, canReuse: reader.canReuse };
  }
  return { ...reader.end(), canReuse: reader.canReuse };
}

/** In one piece, byte by byte, and cut in two anywhere: as many ways as a network has. */
function waysOf(text: string): (readonly string[])[] {
  const cuts = Array.from({ length: text.length - 1 }, (_item, at) => [text.slice(0, at + 1), text.slice(at + 1)]);
  return [[text], text.split(""), ...cuts];
}

describe("An answer is read, however it arrives:", () => {
  test.each([
    ["with a length", `${OK}Content-Length: 5\r\n\r\nhello`, "hello", true],
    ["with nothing in it", `${OK}Content-Length: 0\r\n\r\n`, "", true],
    ["in chunks", `${OK}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n`, "hello", true],
    [
      "in chunks with trailers",
      `${OK}transfer-encoding: Chunked\r\n\r\n00a\r\n0123456789\r\n0\r\nA: b\r\n\r\n`,
      "0123456789",
      true,
    ],
    ["until the connection ends", `${OK}X: y\r\n\r\nhello`, "hello", false],
    ["that may have no body", "HTTP/1.1 204 No Content\r\n\r\n", "", true],
    [
      "after others on its way",
      `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 2\r\n\r\nhi`,
      "hi",
      true,
    ],
    ["the last of its connection", `${OK}Connection: x, Close\r\nContent-Length: 2\r\n\r\nhi`, "hi", false],
    ["of HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", false],
    [
      "the last of its connection, for older proxies",
      `${OK}Proxy-Connection: close\r\nContent-Length: 0\r\n\r\n`,
      "",
      false,
    ],
    [
      "whose status forbids the body that it tells of",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
      "",
      true,
    ],
    [
      "in chunks with extensions of every form",
      `${OK}Transfer-Encoding: chunked\r\n\r\n2;a;b=c;d="e \\" f"\r\nhi\r\n0;x\r\n\r\n`,
      "hi",
      true,
    ],
  ])("%s", (_what, text, body, canReuse) => {
    for (const pieces of waysOf(text)) {
      const answer = read(pieces);
      expect([answer.body.toString(), answer.canReuse]).toEqual([body, canReuse]);
    }
  });

  test("status and headers as they came, one character a byte", () => {
    const text = "HTTP/1.1 429 Too Many\r\nX-Twice: one\r\nX-Twice:  caf\xe9 \r\nx-empty:\r\nContent-Length: 0\r\n\r\n";
    for (const pieces of waysOf(text)) {
      expect(read(pieces)).toMatchObject({
        status: 429,
        statusText: "Too Many",
        headers: ["X-Twice", "one", "X-Twice", "caf\xe9", "x-empty", "", "Content-Length", "0"],
      });
    }
  });
});

describe("What leaves a doubt where the answer ends is refused, however it arrives:", () => {
  test.each([
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n\r\n"],
    ["another version", "HTTP/2 200\r\n\r\n"],
    ["a switch of protocols", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"],
    ["a status that is not valid", "HTTP/1.1 020 OK\r\nContent-Length: 0\r\n\r\n"],
    ["a length that is not a number", `${OK}Content-Length: 5x\r\n\r\nhello`],
    ["a negative length", `${OK}Content-Length: -1\r\n\r\n`],
    ["two lengths", `${OK}Content-Length: 5\r\nContent-Length: 4\r\n\r\nhello`],
    ["its length twice", `${OK}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`],
    ["a tab behind a length", `${OK}Content-Length: 5\t\r\n\r\nhello`],
    ["a tab behind an encoding", `${OK}Transfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n`],
    ["an encoding twice", `${OK}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["chunks before HTTP/1.1", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["chunks where no body may be", "HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["a bad length where no body may be", "HTTP/1.1 304 OK\r\nContent-Length: 0x5\r\n\r\n"],
    ["an interim answer with a length", `HTTP/1.1 103 Hm\r\nContent-Length: 0\r\n\r\n${OK}Content-Length: 0\r\n\r\n`],
    [
      "an interim answer that is the last",
      `HTTP/1.1 103 Hm\r\nConnection: close\r\n\r\n${OK}Content-Length: 0\r\n\r\n`,
    ],
    ["a trailer that is not a header", `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nhello\r\n\r\n`],
    ["a length among the trailers", `${OK}Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n`],
    ["an extension of a chunk that is not valid", `${OK}Transfer-Encoding: chunked\r\n\r\n2;=\r\nhi\r\n0\r\n\r\n`],
    ["a blank behind the length of a chunk", `${OK}Transfer-Encoding: chunked\r\n\r\n2 \r\nhi\r\n0\r\n\r\n`],
    ["a length and chunks", `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ["another encoding", `${OK}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
    ["a chunk without a length", `${OK}Transfer-Encoding: chunked\r\n\r\nhello\r\n`],
    ["a chunk that is too long for a number", `${OK}Transfer-Encoding: chunked\r\n\r\n123456789\r\n`],
    ["a chunk that is longer than it says", `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n`],
    ["a header without a name", `${OK}: x\r\nContent-Length: 0\r\n\r\n`],
    ["a blank before the colon", `${OK}Content-Length : 5\r\n\r\nhello`],
    ["a folded header", `${OK}X: a\r\n b\r\nContent-Length: 0\r\n\r\n`],
    ["a line that ends in a line feed alone", `${OK}X: a\nContent-Length: 5\r\n\r\nhello`],
    ["a carriage return in a header", `${OK}X: a\rContent-Length: 5\r\n\r\nhello`],
    ["a control character in the status", "HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n"],
    ["nothing", "H"],
    ["a head that is cut short", `${OK}Content-Length: 5`],
    ["a body that is cut short", `${OK}Content-Length: 5\r\n\r\nhell`],
    ["chunks that are cut short", `${OK}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`],
  ])("%s", (_what, text) => {
    for (const pieces of waysOf(text)) expect(() => read(pieces)).toThrow(Error);
  });

  test.each([
    ["a byte", `${OK}Content-Length: 5\r\n\r\nhello!`],
    ["another answer", `${OK}Content-Length: 0\r\n\r\n${OK}Content-Length: 0\r\n\r\n`],
  ])("%s that comes with the end of it", (_what, text) => {
    expect(() => read([text])).toThrow("something follows the answer");
  });

  test("a head without an end", () => {
    const reader = new ResponseParser();
    const line = Buffer.from(`X: ${"y".repeat(1000)}\r\n`);
    reader.feed(Buffer.from(OK));
    expect(() => {
      for (let fed = 0; fed < 100; fed += 1) reader.feed(line);
    }).toThrow(/too long/);
  });

  test.each([
    ["interim answers", "HTTP/1.1 103 Hm\r\n\r\n"],
    ["trailers", "X-Y: z\r\n"],
  ])("%s without an end", (what, piece) => {
    const reader = new ResponseParser();
    if (what === "trailers") reader.feed(Buffer.from(`${OK}Transfer-Encoding: chunked\r\n\r\n0\r\n`));
    const pieces = Buffer.from(piece.repeat(1000));
    expect(() => {
      for (let fed = 0; fed < 1000; fed += 1) reader.feed(pieces);
    }).toThrow(/too long/);
  });

  test.each([
    ["with a length", `Content-Length: ${2 ** 40}\r\n\r\n`, ""],
    ["in chunks", "Transfer-Encoding: chunked\r\n\r\n", "10000\r\n"],
    ["without an end", "\r\n", ""],
  ])("a body %s that is longer than any answer", (_what, head, chunkLine) => {
    const reader = new ResponseParser();
    const piece = Buffer.from(`${chunkLine}${"x".repeat(2 ** 16)}${chunkLine && "\r\n"}`);
    reader.feed(Buffer.from(OK + head));
    for (let fed = 0; fed < MAX_ANSWER_BYTES; fed += 2 ** 16) expect(reader.feed(piece)).toBeUndefined();
    expect(() => reader.feed(piece)).toThrow(/too long/);
  });
});
