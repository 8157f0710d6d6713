import { ask, NO_TOKEN, NOT_FOUND, recorded, refused, UNKNOWN_ID, type Answer, type HttpCase } from "../case.ts";

const ADMIN = "/_synapse/admin/v1";
const NOT_ADMINISTRATOR = refused(403, "M_FORBIDDEN");
const INVALID = refused(400, "M_INVALID_PARAM");
const CAROLS = `GET ${ADMIN}/users/@carol:{server}/media`;

/** By an administrator, without a token, and by another user. */
function access(id: string, request: string, answer: Answer): HttpCase {
  return recorded(
    `admin.access.${id}`,
    ask(request, answer, { by: "admin", ...body(request) }),
    ask(request, NO_TOKEN, { by: "anonymous", ...body(request) }),
    ask(request, NOT_ADMINISTRATOR, body(request)),
  );
}

function body(request: string): { readonly body?: string } {
  return request.startsWith("POST") ? { body: "" } : {};
}

function bad(id: string, request: string, answer = INVALID): HttpCase {
  return recorded(`admin.user_media.${id}`, ask(request, answer, { by: "admin" }));
}

function apart(...ids: string[]): HttpCase[] {
  return ids.map((id) => ({ id: `admin.${id}`, status: "as recorded", apart: true }));
}

/** Administration of media without what deletes; those `apart` have their tests in `admin.test.ts`. */
export const ADMIN_CASES: readonly HttpCase[] = [
  access("info", `GET ${ADMIN}/media/{server}/${UNKNOWN_ID}`, NOT_FOUND),
  access("protect", `POST ${ADMIN}/media/protect/${UNKNOWN_ID}`, refused(404, "M_UNKNOWN")),
  access("quarantine", `POST ${ADMIN}/media/quarantine/{server}/${UNKNOWN_ID}`, { status: 200, json: {} }),
  access("user_media", `GET ${ADMIN}/users/%40nobody%3A{server}/media`, NOT_FOUND),
  bad("bad.from_negative", `${CAROLS}?from=-1`),
  bad("bad.limit_negative", `${CAROLS}?limit=-1`),
  bad("bad.limit_word", `${CAROLS}?limit=many`),
  bad("bad.order_unknown", `${CAROLS}?order_by=colour`),
  bad("not_a_user_id", `GET ${ADMIN}/users/carol/media`),
  bad("remote_user", `GET ${ADMIN}/users/@x:other.test/media`, refused(400, "M_UNKNOWN")),
  ...apart(
    "access.quarantine_room",
    "info.plain",
    "quarantine.and_back",
    "quarantine.by_hash_existing",
    "quarantine.by_hash_later",
    "quarantine.protected",
    "quarantine.user",
    "room.list_and_quarantine",
    "user_media.paging",
    "user_media.shape",
    "user_media.sort.created_ts",
    "user_media.sort.media_length",
    "user_media.sort.upload_name",
  ),
];
