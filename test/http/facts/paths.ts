import {
  ask,
  CONFIG,
  CORS,
  differs,
  NO_TOKEN,
  NOT_FOUND,
  recorded,
  UNKNOWN_ID,
  UNRECOGNIZED,
  WRONG_METHOD,
  type Step,
} from "./case.ts";

const ORIGIN = { headers: [["Origin", "https://app.test"]] } as const;
const DOWNLOAD = `…/download/{server}/${UNKNOWN_ID}`;

export const CONFIG_CASES = [
  recorded("config.client_v3", ask("GET /_matrix/client/v3/media/config", UNRECOGNIZED)),
  recorded("config.get.client_v1_media_config", ask("GET …/config", CONFIG)),
  recorded("config.get.media_r0_config", ask("GET /_matrix/media/r0/config", CONFIG)),
  recorded("config.get.media_v3_config", ask("GET /_matrix/media/v3/config", CONFIG)),
  recorded(
    "config.head",
    ask("HEAD …/config", {
      status: 200,
      headers: { "cache-control": "no-cache, no-store, must-revalidate" },
      body: "",
    }),
  ),
  recorded("config.parameter_ignored", ask("GET …/config?foo=bar", CONFIG)),
];

/** An OPTIONS request as it is, and as a browser sends it. */
function preflight(path: string): [Step, Step] {
  const answer = { status: 204, headers: CORS, body: "" };
  const browser = [
    ["Origin", "https://app.test"],
    ["Access-Control-Request-Method", "POST"],
    ["Access-Control-Request-Headers", "authorization"],
  ] as const;
  return [
    ask(`OPTIONS ${path}`, answer, { by: "anonymous" }),
    ask(`OPTIONS ${path}`, answer, { by: "anonymous", headers: browser }),
  ];
}

const shared = (id: string, ...steps: Step[]) =>
  differs(id, "what a page needs to ask for ranges, and to read them, is allowed and exposed besides", ...steps);

export const CORS_CASES = [
  shared("cors.on_401", ask("GET …/config", { ...NO_TOKEN, headers: CORS }, { by: "anonymous", ...ORIGIN })),
  shared("cors.on_404", ask(`GET ${DOWNLOAD}`, { ...NOT_FOUND, headers: CORS }, ORIGIN)),
  shared("cors.on_success", ask("GET …/config", { ...CONFIG, headers: CORS }, ORIGIN)),
  shared("cors.options.admin_media", ...preflight(`/_synapse/admin/v1/media/{server}/${UNKNOWN_ID}`)),
  shared("cors.options.unknown", ...preflight("/_matrix/media/v3/nothing")),
  shared("cors.options.v1_config", ...preflight("…/config")),
  shared("cors.options.v1_download", ...preflight(DOWNLOAD)),
  shared("cors.options.v1_preview", ...preflight("…/preview_url")),
  shared("cors.options.v1_thumbnail", ...preflight(`…/thumbnail/{server}/${UNKNOWN_ID}`)),
  shared("cors.options.v3_config", ...preflight("/_matrix/media/v3/config")),
  shared("cors.options.v3_download", ...preflight(`/_matrix/media/v3/download/{server}/${UNKNOWN_ID}`)),
  shared("cors.options.v3_put", ...preflight(`/_matrix/media/v3/upload/{server}/${UNKNOWN_ID}`)),
  shared("cors.options.v3_upload", ...preflight("/_matrix/media/v3/upload")),
];

/** Paths and methods that no route answers. */
export const UNKNOWN_CASES = [
  recorded("unknown.method.delete_config", ask("DELETE …/config", WRONG_METHOD)),
  recorded("unknown.method.delete_download", ask(`DELETE ${DOWNLOAD}`, WRONG_METHOD)),
  recorded(
    "unknown.method.get_quarantine",
    ask(`GET /_synapse/admin/v1/media/quarantine/{server}/${UNKNOWN_ID}`, WRONG_METHOD),
  ),
  recorded("unknown.method.get_upload", ask("GET /_matrix/media/v3/upload", WRONG_METHOD)),
  recorded("unknown.method.made_up", ask("FROB /_matrix/media/v3/upload", WRONG_METHOD)),
  recorded("unknown.method.patch", ask("PATCH …/config", WRONG_METHOD, { body: "" })),
  recorded("unknown.method.post_config", ask("POST …/config", WRONG_METHOD, { body: "" })),
  recorded("unknown.method.post_download", ask(`POST ${DOWNLOAD}`, WRONG_METHOD, { body: "" })),
  recorded(
    "unknown.method.post_put",
    ask(`POST /_matrix/media/v3/upload/{server}/${UNKNOWN_ID}`, WRONG_METHOD, { body: "" }),
  ),
  recorded("unknown.method.trace", ask("TRACE …/config", WRONG_METHOD)),
  recorded("unknown.path.client_v1_media", ask("GET /_matrix/client/v1/media", UNRECOGNIZED)),
  recorded("unknown.path.client_v1_nothing", ask("GET …/nothing", UNRECOGNIZED)),
  recorded("unknown.path.client_v1_nothing.unauthorised", ask("GET …/nothing", UNRECOGNIZED, { by: "anonymous" })),
  recorded("unknown.path.double_slash", ask("GET /…/config", UNRECOGNIZED)),
  recorded("unknown.path.download_four_parts", ask(`GET ${DOWNLOAD}/a/b`, UNRECOGNIZED)),
  recorded("unknown.path.download_one_part", ask("GET …/download/{server}", UNRECOGNIZED)),
  recorded("unknown.path.media_root", ask("GET /_matrix/media", UNRECOGNIZED)),
  recorded("unknown.path.media_v3", ask("GET /_matrix/media/v3", UNRECOGNIZED)),
  recorded("unknown.path.media_v3_nothing", ask("GET /_matrix/media/v3/nothing", UNRECOGNIZED)),
  recorded(
    "unknown.path.media_v3_nothing.unauthorised",
    ask("GET /_matrix/media/v3/nothing", UNRECOGNIZED, { by: "anonymous" }),
  ),
  recorded(
    "unknown.path.media_v4_download",
    ask(`GET /_matrix/media/v4/download/{server}/${UNKNOWN_ID}`, UNRECOGNIZED),
  ),
];
