import { ask, at, file, NO_TOKEN, NOT_FOUND, recorded, store, UNKNOWN_ID, waits, type HttpCase } from "./case.ts";

const unfrozen = (...args: Parameters<typeof recorded>): HttpCase => at("unfrozen", recorded(...args));
const byAnonymous = { by: "anonymous" } as const;
const frozen = (version: string) =>
  recorded(
    `freeze.new_media.download.${version}`,
    store(),
    ask(`GET /_matrix/media/${version}/download/{server}/{id}`, NOT_FOUND, byAnonymous),
  );
const kept = (version: string) =>
  recorded(
    `freeze.old_media.download.${version}`,
    ask(
      `GET /_matrix/media/${version}/download/{server}/{old}`,
      file("old text", "inline; filename=old.txt"),
      byAnonymous,
    ),
  );
const legacy = (version: string, path: string, name: string, id: string) =>
  unfrozen(
    `legacy.${id}.${version}`,
    store({ name: "w.txt" }),
    ask(
      `GET /_matrix/media/${version}/download/{server}/{id}${path}`,
      file("hello", `inline; filename=${name}`),
      byAnonymous,
    ),
  );
const upload = (version: string) =>
  unfrozen(`legacy.upload.${version}`, store({ body: "x" }, `/_matrix/media/${version}/upload`));

/** The routes that ask for no token, before the freeze. */
export const LEGACY_CASES = [
  unfrozen(
    "legacy.allow_remote_false",
    store(),
    ask("GET /_matrix/media/v3/download/{server}/{id}?allow_remote=false", file("hello", "inline"), byAnonymous),
  ),
  legacy("r0", "", "w.txt", "download"),
  legacy("v3", "", "w.txt", "download"),
  legacy("r0", "/n.txt", "n.txt", "download_named"),
  legacy("v3", "/n.txt", "n.txt", "download_named"),
  unfrozen(
    "legacy.head",
    store(),
    ask("HEAD /_matrix/media/v3/download/{server}/{id}", { ...file("", "inline") }, byAnonymous),
  ),
  unfrozen(
    "legacy.remote.allow_remote_false",
    ask("GET /_matrix/media/v3/download/nowhere.invalid/abcdefgh?allow_remote=false", NOT_FOUND, byAnonymous),
  ),
  unfrozen("legacy.unknown_id", ask(`GET /_matrix/media/v3/download/{server}/${UNKNOWN_ID}`, NOT_FOUND, byAnonymous)),
  upload("r0"),
  upload("v3"),
  unfrozen("legacy.v1_route_needs_a_token", store(), ask("GET …/download/{server}/{id}", NO_TOKEN, byAnonymous)),
];

/** The same routes, for media stored before and after `enable_authenticated_media`. */
export const FREEZE_CASES = [
  frozen("r0"),
  frozen("v3"),
  recorded("freeze.new_media.with_token", store(), ask("GET /_matrix/media/v3/download/{server}/{id}", NOT_FOUND)),
  recorded(
    "freeze.old_media.by_v1_route",
    ask("GET …/download/{server}/{old}", file("old text", "inline; filename=old.txt")),
  ),
  kept("r0"),
  kept("v3"),
  recorded("freeze.unknown_id", ask(`GET /_matrix/media/v3/download/{server}/${UNKNOWN_ID}`, NOT_FOUND, byAnonymous)),
  ...waits("URL previews", "freeze.preview_unauthorised"),
];
