import { ask, NO_TOKEN, NOT_FOUND, recorded, refused, UNKNOWN_ID, type Answer, type HttpCase } from "../case.ts";

const ADMIN = "/_synapse/admin/v1";
const NOT_ADMINISTRATOR = refused(403, "M_FORBIDDEN");
const INVALID = refused(400, "M_INVALID_PARAM");
const BY_ADMIN = { by: "admin" };

/** By an administrator, without a token, and by another user. */
function access(id: string, request: string, answer: Answer): HttpCase {
  const body = request.startsWith("POST") ? { body: "" } : {};
  return recorded(
    `admin.access.${id}`,
    ask(request, answer, { ...BY_ADMIN, ...body }),
    ask(request, NO_TOKEN, { by: "anonymous", ...body }),
    ask(request, NOT_ADMINISTRATOR, body),
  );
}

function bad(id: string, request: string, answer = INVALID): HttpCase {
  return recorded(`admin.${id}`, ask(`POST ${ADMIN}/${request}`, answer, { ...BY_ADMIN, body: "" }));
}

/** Deletion of media by administrators; those `apart` have their tests in `admin-deletion.test.ts`. */
export const ADMIN_DELETION_CASES: readonly HttpCase[] = [
  access("delete", `DELETE ${ADMIN}/media/{server}/${UNKNOWN_ID}`, NOT_FOUND),
  access("purge", `POST ${ADMIN}/purge_media_cache?before_ts=1700000000000`, { status: 200, json: { deleted: 0 } }),
  recorded(
    "admin.delete.remote_refused",
    ask(`DELETE ${ADMIN}/media/other.test/${UNKNOWN_ID}`, refused(400, "M_UNKNOWN"), BY_ADMIN),
  ),
  bad("delete_by_date.bad.keep_bogus", "media/delete?before_ts=30000000001&keep_profiles=perhaps"),
  bad("delete_by_date.bad.seconds", "media/delete?before_ts=1700000000"),
  bad("delete_by_date.bad.size_word", "media/delete?before_ts=30000000001&size_gt=big"),
  bad("delete_by_date.bad.word", "media/delete?before_ts=soon"),
  bad("delete_by_date.bad.zero", "media/delete?before_ts=0"),
  bad("purge.bad.1970", "purge_media_cache?before_ts=1000"),
  bad("purge.bad.missing", "purge_media_cache", refused(400, "M_MISSING_PARAM")),
  bad("purge.bad.negative", "purge_media_cache?before_ts=-1"),
  ...["delete.plain", "user_media.delete", "zz_last.delete_by_date_and_size", "zz_last.keep_room_avatar"].map(
    (id): HttpCase => ({ id: `admin.${id}`, status: "as recorded", apart: true }),
  ),
];
