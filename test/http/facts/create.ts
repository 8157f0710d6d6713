import {
  ask,
  CREATED,
  file,
  NOT_FOUND,
  recorded,
  refused,
  store,
  UNKNOWN_ID,
  UNRECOGNIZED,
  WRONG_METHOD,
  type Answer,
  type HttpCase,
  type Step,
} from "./case.ts";

const CREATE = "POST /_matrix/media/v1/create";
const PUT = "PUT /_matrix/media/v3/upload/{server}/{id}";
const DOWNLOAD = "GET …/download/{server}/{id}";
const TEXT = { headers: [["Content-Type", "text/plain"]] } as const;
const FILLED: Answer = { status: 200, json: {} };
const OVERWRITES = refused(409, "M_CANNOT_OVERWRITE_MEDIA");
const MAX_BYTES = 1_048_576;

const create = ask(CREATE, CREATED, { body: "" });

function put(body: string | Buffer, answer = FILLED, options: Partial<Step> = {}): Step {
  return ask(PUT, answer, { ...TEXT, body, ...options });
}

/** Media ids that are created first. */
export const CREATE_CASES: HttpCase[] = [
  recorded("create.get", ask("GET /_matrix/media/v1/create", WRONG_METHOD)),
  recorded("create.plain", create, put("hello"), ask(DOWNLOAD, file("hello", "inline"))),
  recorded("create.version.v3", ask("POST /_matrix/media/v3/create", UNRECOGNIZED, { body: "" })),
  recorded(
    "create.with_json_body",
    ask(CREATE, CREATED, { headers: [["Content-Type", "application/json"]], body: "{}" }),
    put("x"),
  ),
  { id: "expiry.put_after_expiry", status: "as recorded", apart: true },
  { id: "expiry.used_does_not_expire", status: "as recorded", apart: true },
  { id: "pending.cap", status: "as recorded", apart: true },
  { id: "pending.download_timeout_0", status: "as recorded", apart: true },
  { id: "pending.download_timeout_2000", status: "as recorded", apart: true },
  { id: "pending.released_by_put", status: "as recorded", apart: true },
  recorded(
    "pending.thumbnail_timeout_0",
    create,
    ask("GET …/thumbnail/{server}/{id}?width=32&height=32&timeout_ms=0", refused(504, "M_NOT_YET_UPLOADED")),
    put("used"),
  ),
];

/** What is uploaded to them. */
export const PUT_CASES: HttpCase[] = [
  recorded(
    "put.filename_and_type",
    create,
    ask(`${PUT}?filename=p%20q.css`, FILLED, { headers: [["Content-Type", "text/css"]], body: "a{}" }),
    ask(DOWNLOAD, file("a{}", "inline; filename*=utf-8''p%20q.css", "text/css; charset=UTF-8")),
  ),
  recorded(
    "put.other_server",
    create,
    ask("PUT /_matrix/media/v3/upload/other.test/{id}", NOT_FOUND, { ...TEXT, body: "x" }),
    put("x"),
  ),
  recorded("put.other_user", create, put("by a bob", refused(403, "M_FORBIDDEN"), { by: "bob" }), put("mine")),
  recorded(
    "put.over_max",
    create,
    put(Buffer.alloc(MAX_BYTES + 1), refused(413, "M_TOO_LARGE")),
    put("small"),
    ask(DOWNLOAD, file("small", "inline")),
  ),
  recorded(
    "put.over_posted_media",
    store({ body: "posted" }),
    put("another", OVERWRITES),
    ask(DOWNLOAD, file("posted", "inline")),
  ),
  recorded("put.twice", create, put("first"), put("second", OVERWRITES), ask(DOWNLOAD, file("first", "inline"))),
  recorded(
    "put.unknown_id",
    ask(`PUT /_matrix/media/v3/upload/{server}/${UNKNOWN_ID}`, NOT_FOUND, { ...TEXT, body: "x" }),
  ),
  recorded(
    "put.version.r0",
    create,
    ask("PUT /_matrix/media/r0/upload/{server}/{id}", UNRECOGNIZED, { body: "x" }),
    put("x"),
  ),
  recorded("put.zero_bytes", create, put(""), put("more", OVERWRITES), ask(DOWNLOAD, file("", "inline"))),
];
