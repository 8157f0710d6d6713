import {
  ask,
  at,
  differs,
  NOT_FOUND,
  recorded,
  refused,
  SAFETY_HEADERS,
  store,
  UNKNOWN_ID,
  type HttpCase,
} from "../case.ts";
import { DYNAMIC_CASES } from "./dynamic.ts";
import { picture, PICTURE_OF_FOUR, QUARTERS, storePicture, THUMBNAIL } from "./picture-cases.ts";
import { PICTURE_CASES } from "./pictures.ts";
import { SIZE_CASES } from "./sizes.ts";

const CROP = "width=96&height=96&method=crop";
const SMALL_CROP = "width=32&height=32&method=crop";
const NO_PICTURE = refused(400, "M_UNKNOWN");
const storeAlpha = storePicture("png-alpha.png", "image/png");
const byAnonymous = { by: "anonymous" } as const;
const ETAG = /^"[0-9a-f]{64}-96-96-crop-jpeg-\d+"$/;

const OTHER_HEADERS =
  "the Content-Security-Policy and the Referrer-Policy are sent as for downloads, with nosniff and Accept-Ranges; the ETag is of the content, where Synapse's is 1 for every file";

export const THUMBNAIL_CASES: HttpCase[] = [
  ...PICTURE_CASES,
  ...SIZE_CASES,
  ...DYNAMIC_CASES,
  differs(
    "thumbnail.bad_server",
    "remote media is not fetched yet and answers 404; Synapse: 500",
    ask(`GET …/thumbnail/a%20b/abcdefgh?${CROP}`, NOT_FOUND),
  ),
  differs(
    "thumbnail.every_header",
    OTHER_HEADERS,
    storePicture("jpeg-photo.jpg", "image/jpeg"),
    ask(`${THUMBNAIL}?${CROP}`, { ...picture(`image/jpeg 96x96 ${QUARTERS}`), etag: ETAG }),
  ),
  differs("thumbnail.if_none_match", OTHER_HEADERS, storePicture("jpeg-photo.jpg", "image/jpeg"), {
    ...ask(`${THUMBNAIL}?${CROP}`, picture(`image/jpeg 96x96 ${QUARTERS}`)),
    headers: [["If-None-Match", "1"]],
  }),
  { id: "thumbnail.quarantined", status: "as recorded", apart: true },
  recorded("thumbnail.text", store(), ask(`${THUMBNAIL}?${CROP}`, NO_PICTURE)),
  recorded("thumbnail.text_as_png", store({ type: "image/png" }), ask(`${THUMBNAIL}?${CROP}`, NO_PICTURE)),
  recorded("thumbnail.unknown_id", ask(`GET …/thumbnail/{server}/${UNKNOWN_ID}?${CROP}`, NOT_FOUND)),
  recorded("thumbnail.zero_bytes", store({ type: "image/png", body: "" }), ask(`${THUMBNAIL}?${CROP}`, NO_PICTURE)),
];

/** The routes that ask for no token. */
export const LEGACY_THUMBNAIL_CASES = ["r0", "v3"].flatMap((version): HttpCase[] => [
  at(
    "unfrozen",
    recorded(
      `legacy.thumbnail.${version}`,
      storePicture("png-rgb.png", "image/png"),
      ask(`GET /_matrix/media/${version}/thumbnail/{server}/{id}?${SMALL_CROP}`, PICTURE_OF_FOUR, byAnonymous),
    ),
  ),
  recorded(
    `freeze.new_media.thumbnail.${version}`,
    storeAlpha,
    ask(
      `GET /_matrix/media/${version}/thumbnail/{server}/{id}?${SMALL_CROP}`,
      { ...NOT_FOUND, headers: SAFETY_HEADERS },
      byAnonymous,
    ),
  ),
  recorded(
    `freeze.old_media.thumbnail.${version}`,
    ask(`GET /_matrix/media/${version}/thumbnail/{server}/{oldPicture}?${SMALL_CROP}`, PICTURE_OF_FOUR, byAnonymous),
  ),
]);
