import {
  ask,
  at,
  CONFIG,
  differs,
  GUEST,
  NO_TOKEN,
  NOT_FOUND,
  recorded,
  refused,
  UNKNOWN_TOKEN,
  waits,
  type Step,
} from "./case.ts";

const UNCREATED_ID = "unknownunknownunknownun";
const UNCREATED_THUMBNAIL = `GET …/thumbnail/{server}/${UNCREATED_ID}?width=32&height=32`;
const UPLOAD = "POST /_matrix/media/v3/upload";
const CREATE = "POST /_matrix/media/v1/create";
const PUT = `PUT /_matrix/media/v3/upload/{server}/${UNCREATED_ID}`;

function authorized(value: string, answer: Step["answer"]): Step {
  return ask("GET …/config", answer, { by: "anonymous", headers: [["Authorization", value]] });
}

/** Who may: header, query, guests, and users whom only a homeserver knows to be locked or expired. */
export const AUTH_CASES = [
  { id: "auth.appservice.upload", status: "as recorded", apart: true } as const,
  at(
    "homeserver",
    recorded(
      "auth.expired.config",
      ask("GET …/config", refused(401, "M_UNKNOWN_TOKEN", { soft_logout: true }), { by: "expired" }),
    ),
  ),
  at(
    "homeserver",
    recorded(
      "auth.expired.upload",
      ask(UPLOAD, refused(401, "M_UNKNOWN_TOKEN", { soft_logout: true }), { by: "expired", body: "" }),
    ),
  ),
  at(
    "homeserver",
    recorded(
      "auth.locked.config",
      ask("GET …/config", refused(401, "M_USER_LOCKED", { soft_logout: true }), { by: "locked" }),
    ),
  ),
  at(
    "homeserver",
    recorded(
      "auth.locked.upload",
      ask(UPLOAD, refused(401, "M_USER_LOCKED", { soft_logout: true }), { by: "locked", body: "" }),
    ),
  ),
  recorded("auth.guest.config", ask("GET …/config", GUEST, { by: "guest" })),
  recorded(
    "auth.guest.download_named",
    ask(`GET …/download/{server}/${UNCREATED_ID}/a.txt`, NOT_FOUND, { by: "guest" }),
  ),
  recorded("auth.guest.upload", ask(UPLOAD, GUEST, { by: "guest", body: "" })),
  recorded("auth.header.basic", authorized("Basic YWxpY2U6cHc=", NO_TOKEN)),
  recorded("auth.header.bearer_only", authorized("Bearer", NO_TOKEN)),
  recorded("auth.header.long", authorized(`Bearer ${"a".repeat(5000)}`, UNKNOWN_TOKEN)),
  differs(
    "auth.header.lower_scheme",
    "the scheme may be in any case (RFC 9110, 11.1); Synapse: 401",
    authorized("bearer token-of-alice", CONFIG),
  ),
  recorded("auth.missing.config", ask("GET …/config", NO_TOKEN, { by: "anonymous" })),
  recorded("auth.missing.config_legacy", ask("GET /_matrix/media/v3/config", NO_TOKEN, { by: "anonymous" })),
  recorded("auth.missing.download", ask(`GET …/download/{server}/${UNCREATED_ID}`, NO_TOKEN, { by: "anonymous" })),
  recorded(
    "auth.missing.download_named",
    ask(`GET …/download/{server}/${UNCREATED_ID}/a.txt`, NO_TOKEN, { by: "anonymous" }),
  ),
  recorded("auth.missing.upload", ask(UPLOAD, NO_TOKEN, { by: "anonymous", body: "" })),
  recorded("auth.query_token.config", ask("GET …/config?access_token=token-of-alice", CONFIG, { by: "anonymous" })),
  recorded("auth.query_token.unknown", ask("GET …/config?access_token=syt_bad", UNKNOWN_TOKEN, { by: "anonymous" })),
  recorded(
    "auth.unknown.config_legacy",
    ask("GET /_matrix/media/v3/config", UNKNOWN_TOKEN, { by: "syt_unknown_token" }),
  ),
  recorded(
    "auth.unknown.download",
    ask(`GET …/download/{server}/${UNCREATED_ID}`, UNKNOWN_TOKEN, { by: "syt_unknown_token" }),
  ),
  recorded("auth.guest.put", ask(PUT, GUEST, { by: "guest", body: "" })),
  recorded("auth.missing.create", ask(CREATE, NO_TOKEN, { by: "anonymous", body: "" })),
  recorded("auth.missing.put", ask(PUT, NO_TOKEN, { by: "anonymous", body: "" })),
  recorded("auth.unknown.create", ask(CREATE, UNKNOWN_TOKEN, { by: "syt_unknown_token", body: "" })),
  ...waits(
    "URL previews",
    "auth.guest.preview",
    "auth.missing.preview",
    "auth.missing.preview_legacy",
    "auth.unknown.preview_legacy",
  ),
  recorded("auth.missing.thumbnail", ask(UNCREATED_THUMBNAIL, NO_TOKEN, { by: "anonymous" })),
  recorded("auth.unknown.thumbnail", ask(UNCREATED_THUMBNAIL, UNKNOWN_TOKEN, { by: "syt_unknown_token" })),
];
