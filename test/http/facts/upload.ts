import {
  ask,
  CORS,
  differs,
  file,
  recorded,
  refused,
  store,
  STORED,
  type Answer,
  type HttpCase,
  type Stored,
} from "./case.ts";

const UPLOAD = "POST /_matrix/media/v3/upload";
const DOWNLOAD = "GET …/download/{server}/{id}";
const TEXT = ["Content-Type", "text/plain"] as const;
const MAX_BYTES = 1_048_576;
const LONG_NAME = `${"n".repeat(1000)}.txt`;

const uploaded = (stored: Stored, answer: Answer) => [store(stored), ask(DOWNLOAD, answer)] as const;

function typed(id: string, type: string, disposition: string, served = type): HttpCase {
  return recorded(
    `upload.content_type.${id}`,
    ...uploaded({ type, body: "content" }, file("content", disposition, served)),
  );
}

function named(id: string, name: string, disposition: string): HttpCase {
  return recorded(`upload.filename.${id}`, ...uploaded({ name }, file("hello", disposition)));
}

const badLength = (id: string, length: string, recordedAnswer: string) =>
  differs(
    `upload.content_length.${id}`,
    `400 with a body of Matrix form; Synapse: ${recordedAnswer}`,
    ask(UPLOAD, refused(400, "M_UNKNOWN"), { headers: [TEXT, ["Content-Length", length]], body: "hello" }),
  );

const badName = (id: string, name: string) =>
  recorded(
    `upload.filename.${id}`,
    ask(`${UPLOAD}?filename=${name}`, refused(400, "M_UNKNOWN"), { headers: [TEXT], body: "hello" }),
  );

const version = (name: string) =>
  recorded(
    `upload.version.${name}`,
    store({ body: "x" }, `/_matrix/media/${name}/upload`),
    ask(DOWNLOAD, file("x", "inline")),
  );

const slashReason = "a / in a name is encoded (RFC 8187, 3.2.1); Synapse sends it as it is";

/** How a body, its length, its type and its name arrive. */
export const UPLOAD_CASES: HttpCase[] = [
  differs(
    "upload.chunked.plain",
    "a Content-Length is not required; Synapse: 400",
    ask(UPLOAD, STORED, { headers: [TEXT, ["Transfer-Encoding", "chunked"]], body: "5\r\nhello\r\n0\r\n\r\n" }),
    ask(DOWNLOAD, file("hello", "inline")),
  ),
  { id: "upload.client_leaves.half_way", status: "as recorded", apart: true },
  recorded(
    "upload.content_length.absent_no_body",
    ask(UPLOAD, { status: 400, errcode: "M_UNKNOWN" }, { headers: [TEXT] }),
  ),
  badLength("beyond_64_bit", "99999999999999999999999", "no answer at all"),
  {
    id: "upload.content_length.longer_than_body",
    status: "differs",
    apart: true,
    reason: "400 before the connection is closed, to a client that still listens; Synapse says nothing",
  },
  badLength("negative", "-5", "400 without a body"),
  badLength("not_a_number", "abc", "400 without a body"),
  recorded(
    "upload.content_length.shorter_than_body",
    ask(UPLOAD, STORED, { headers: [TEXT, ["Content-Length", "3"]], body: "hello" }),
    ask(DOWNLOAD, file("hel", "inline")),
  ),
  differs(
    "upload.content_length.twice_different",
    "400 with a body of Matrix form; Synapse: 400 without a body",
    ask(UPLOAD, refused(400, "M_UNKNOWN"), {
      headers: [
        ["Content-Length", "5"],
        ["Content-Length", "3"],
      ],
      body: "hello",
    }),
  ),
  badLength("underscore", "1_0", "400 without a body"),
  recorded(
    "upload.content_type.absent",
    ask(UPLOAD, STORED, { body: "content" }),
    ask(DOWNLOAD, file("content", "attachment", "application/octet-stream")),
  ),
  typed("bogus", "bogus", "attachment"),
  typed("empty", "", "attachment", "application/octet-stream"),
  typed("html", "text/html", "attachment", "text/html; charset=UTF-8"),
  differs(
    "upload.content_type.multipart",
    "the type is stored as it comes, whatever it says; Synapse: 415",
    ...uploaded(
      { type: "multipart/form-data; boundary=x" },
      file("hello", "attachment", "multipart/form-data; boundary=x"),
    ),
  ),
  differs(
    "upload.content_type.non_ascii",
    "the type is stored as it comes, whatever it says; Synapse: 500",
    ...uploaded({ type: "text/pläin" }, file("hello", "attachment", "text/pläin")),
  ),
  typed("parameters", "text/plain; charset=iso-8859-1", "inline"),
  typed("quoted_parameter", 'text/plain; charset="utf-16"; x=y', "inline"),
  typed("semicolon_only", ";", "attachment"),
  typed("upper_case", "TEXT/PLAIN", "inline", "TEXT/PLAIN; charset=UTF-8"),
  typed("very_long", `text/${"x".repeat(3000)}`, "attachment"),
  { id: "upload.expect.plain", status: "as recorded", apart: true },
  named("ascii", "report.txt", "inline; filename=report.txt"),
  named("empty", "", "inline"),
  named("encoded_plus", "a%2Bb.txt", "inline; filename=a+b.txt"),
  badName("invalid_utf8", "%FF%FE.txt"),
  named("long", LONG_NAME, `inline; filename=${LONG_NAME}`),
  named("newline", "a%0D%0AX-Evil%3A%201.txt", "inline; filename*=utf-8''a%0D%0AX-Evil%3A%201.txt"),
  recorded(
    "upload.filename.other_case",
    ask(`${UPLOAD}?Filename=x.txt`, STORED, { headers: [TEXT], body: "hello" }),
    ask(DOWNLOAD, file("hello", "inline")),
  ),
  badName("overlong_utf8", "%C0%AF.txt"),
  named("parentheses", "a%281%29.txt", "inline; filename*=utf-8''a%281%29.txt"),
  named("quotes", "a%22b%27c.txt", "inline; filename*=utf-8''a%22b%27c.txt"),
  named("raw_semicolon", "a;b.txt", "inline; filename=a"),
  named("semicolon", "a%3Bb%3Dc.txt", "inline; filename*=utf-8''a%3Bb%3Dc.txt"),
  differs(
    "upload.filename.slash",
    slashReason,
    ...uploaded({ name: "dir%2Ffile.txt" }, file("hello", "inline; filename*=utf-8''dir%2Ffile.txt")),
  ),
  named("space", "my%20report.txt", "inline; filename*=utf-8''my%20report.txt"),
  differs(
    "upload.filename.traversal",
    slashReason,
    ...uploaded({ name: "..%2F..%2Fetc%2Fpasswd" }, file("hello", "inline; filename*=utf-8''..%2F..%2Fetc%2Fpasswd")),
  ),
  named("unicode", "%C5%BC%C3%B3%C5%82w.png", "inline; filename*=utf-8''%C5%BC%C3%B3%C5%82w.png"),
  { id: "upload.over_max_leaves_nothing", status: "as recorded", apart: true },
  recorded("upload.plain", ...uploaded({ name: "hello.txt" }, file("hello", "inline; filename=hello.txt"))),
  differs(
    "upload.response_headers",
    "the answer is sent with its Content-Length; Synapse sends it in chunks",
    ask(
      UPLOAD,
      {
        ...STORED,
        headers: {
          ...CORS,
          "cache-control": "no-cache, no-store, must-revalidate",
          "content-type": "application/json",
          "transfer-encoding": undefined,
        },
      },
      { headers: [TEXT], body: "hello" },
    ),
  ),
  { id: "upload.same_bytes_twice", status: "as recorded", apart: true },
  recorded(
    "upload.size.at_max",
    ...uploaded(
      { type: "application/octet-stream", body: Buffer.alloc(MAX_BYTES, "m") },
      file(Buffer.alloc(MAX_BYTES, "m"), "attachment", "application/octet-stream"),
    ),
  ),
  recorded(
    "upload.size.one_over_max",
    ask(UPLOAD, refused(413, "M_TOO_LARGE"), {
      headers: [["Content-Type", "application/octet-stream"]],
      body: Buffer.alloc(MAX_BYTES + 1),
    }),
  ),
  recorded("upload.size.zero", ...uploaded({ body: "" }, file("", "inline"))),
  version("r0"),
  version("v3"),
];
