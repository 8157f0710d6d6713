import { ask, differs, recorded, refused, type HttpCase } from "../case.ts";
import { picture, QUARTERS, storePicture, THUMBNAIL } from "./picture-cases.ts";
import { AS_ASKED, LARGER, METHOD, NOT_ENLARGED } from "./reasons.ts";

const storePhoto = storePicture("jpeg-photo.jpg", "image/jpeg");
const INVALID = refused(400, "M_INVALID_PARAM");
const MISSING = refused(400, "M_MISSING_PARAM");

/** One request for a thumbnail of a photo of 1024x768. */
function size(id: string, query: string, produced: string, reason?: string): HttpCase {
  const steps = [storePhoto, ask(`${THUMBNAIL}?${query}`, picture(`image/jpeg ${produced} ${QUARTERS}`))];
  const fullId = `thumbnail.size.${id}`;
  return reason === undefined ? recorded(fullId, ...steps) : differs(fullId, reason, ...steps);
}

const wrong = (id: string, query: string, answer = INVALID) =>
  recorded(`thumbnail.size.${id}`, storePhoto, ask(`${THUMBNAIL}?${query}`, answer));

export const SIZE_CASES = [
  wrong("animated_bogus", "width=96&height=96&method=crop&animated=yes"),
  wrong("both_negative_crop", "width=-5&height=-5&method=crop"),
  size("crop_32x32", "width=32&height=32&method=crop", "32x32"),
  size("crop_33x33", "width=33&height=33&method=crop", "96x96"),
  size("crop_800x600", "width=800&height=600&method=crop", "800x600", AS_ASKED),
  size("crop_96x96", "width=96&height=96&method=crop", "96x96"),
  size("crop_97x97", "width=97&height=97&method=crop", "240x240", AS_ASKED),
  size("method_twice", "width=96&height=96&method=crop&method=scale", "96x96"),
  differs(
    "thumbnail.size.method_unknown",
    METHOD,
    storePhoto,
    ask(`${THUMBNAIL}?width=96&height=96&method=stretch`, INVALID),
  ),
  size("no_method", "width=320&height=240", "320x240"),
  wrong("no_size", "", MISSING),
  wrong("no_width", "height=96&method=crop", MISSING),
  size("scale_1024x768", "width=1024&height=768&method=scale", "1024x768", LARGER),
  size("scale_10x240", "width=10&height=240&method=scale", "320x240"),
  size("scale_320x240", "width=320&height=240&method=scale", "320x240"),
  size("scale_321x241", "width=321&height=241&method=scale", "640x480"),
  size("scale_32x32", "width=32&height=32&method=scale", "320x240"),
  size("scale_5000x5000", "width=5000&height=5000&method=scale", "1024x768", LARGER),
  size("scale_800x600", "width=800&height=600&method=scale", "800x600"),
  size("scale_801x601", "width=801&height=601&method=scale", "1024x768", LARGER),
  differs(
    "thumbnail.size.small_source",
    NOT_ENLARGED,
    storePicture("jpeg-small.jpg", "image/jpeg"),
    ...[
      ["width=32&height=32&method=crop", "32x32"],
      ["width=96&height=96&method=crop", "40x40"],
      ["width=30&height=20&method=scale", "60x40"],
      ["width=320&height=240&method=scale", "60x40"],
    ].map(([query, produced]) => ask(`${THUMBNAIL}?${query}`, picture(`image/jpeg ${produced} ${QUARTERS}`))),
  ),
  size("width_huge", "width=99999999999999999999999&height=96", "1024x768", LARGER),
  wrong("width_negative", "width=-5&height=96"),
  size("width_plus", "width=%2B96&height=96", "320x240"),
  size("width_twice", "width=32&width=96&height=32&method=crop", "32x32"),
  wrong("width_word", "width=big&height=96"),
  size("width_zero", "width=0&height=96", "320x240"),
];
