import { ask, differs, type HttpCase, recorded, refused } from "../case.ts";
import { dynamic, picture, QUARTERS, moving, still, storePicture, THUMBNAIL } from "./picture-cases.ts";
import { FORMATS, TOO_LARGE, FIRST_FRAME, MOVING, NOT_ENLARGED, JPEG, METHOD, ZERO } from "./reasons.ts";

/** The same with `dynamic_thumbnails`. */
export const DYNAMIC_CASES = [
  dynamic(
    moving(
      "dynamic.animated.apng-animated",
      "apng-animated.png",
      "image/png",
      [
        "image/png 32x32 [red red red red]",
        "image/png 32x32 [red red red red]",
        "image/png 32x32 [red red red red]",
        "image/png 100x50 [red red red red]",
      ],
      MOVING,
    ),
  ),
  dynamic(
    moving("dynamic.animated.gif-animated-clear", "gif-animated-clear.gif", "image/gif", [
      "image/png 32x32 transparent [red clear blue yellow]",
      "image/png 32x32 transparent [red clear blue yellow]",
      "image/webp 32x32 transparent 2 frames [red clear blue yellow]",
      "image/webp 100x50 transparent 2 frames [red clear blue yellow]",
    ]),
  ),
  dynamic(
    moving("dynamic.animated.gif-truncated", "gif-truncated.gif", "image/gif", [
      "image/png 32x32 [red red red red]",
      "image/png 32x32 [red red red red]",
      "image/webp 32x32 [red red red red]",
      "image/webp 100x50 [red red red red]",
    ]),
  ),
  dynamic(
    moving(
      "dynamic.animated.png-rgb",
      "png-rgb.png",
      "image/png",
      [
        `image/png 32x32 ${QUARTERS}`,
        `image/png 32x32 ${QUARTERS}`,
        `image/png 32x32 ${QUARTERS}`,
        `image/png 100x75 ${QUARTERS}`,
      ],
      MOVING,
    ),
  ),
  dynamic(
    still(
      "dynamic.file.avif-rgb",
      "avif-rgb.avif",
      "image/avif",
      [`image/jpeg 96x96 ${QUARTERS}`, `image/jpeg 320x240 ${QUARTERS}`],
      FORMATS,
    ),
  ),
  dynamic(
    still(
      "dynamic.file.gif-animated",
      "gif-animated.gif",
      "image/gif",
      ["image/png 96x96 [red red red red]", "image/png 200x100 [red red red red]"],
      FIRST_FRAME,
    ),
  ),
  dynamic(
    still(
      "dynamic.file.jpeg-exif6",
      "jpeg-exif6.jpg",
      "image/jpeg",
      ["image/jpeg 96x96 [blue red yellow green]", "image/jpeg 120x240 [blue red yellow green]"],
      JPEG,
    ),
  ),
  dynamic(
    still(
      "dynamic.file.jpeg-photo",
      "jpeg-photo.jpg",
      "image/jpeg",
      [`image/jpeg 96x96 ${QUARTERS}`, `image/jpeg 320x240 ${QUARTERS}`],
      JPEG,
    ),
  ),
  dynamic(
    still(
      "dynamic.file.jpeg-truncated",
      "jpeg-truncated.jpg",
      "image/jpeg",
      ["image/jpeg 96x96 [gray gray gray gray]", "image/jpeg 320x240 [gray gray gray gray]"],
      JPEG,
    ),
  ),
  dynamic(
    still("dynamic.file.png-16bit-rgb", "png-16bit-rgb.png", "image/png", [
      `image/png 96x96 ${QUARTERS}`,
      `image/png 200x100 ${QUARTERS}`,
    ]),
  ),
  dynamic(
    still(
      "dynamic.file.png-1x1",
      "png-1x1.png",
      "image/png",
      ["image/png 1x1 [red red red red]", "image/png 1x1 [red red red red]"],
      NOT_ENLARGED,
    ),
  ),
  dynamic(
    still("dynamic.file.png-alpha", "png-alpha.png", "image/png", [
      "image/png 96x96 transparent [red clear blue yellow]",
      "image/png 240x240 transparent [red clear blue yellow]",
    ]),
  ),
  dynamic(
    still("dynamic.file.png-bomb", "png-bomb.png", "image/png", ["413 M_TOO_LARGE", "413 M_TOO_LARGE"], TOO_LARGE),
  ),
  dynamic(still("dynamic.file.svg", "svg.svg", "image/svg+xml", ["400 M_UNKNOWN", "400 M_UNKNOWN"])),
  dynamic(
    still("dynamic.file.webp-alpha", "webp-alpha.webp", "image/webp", [
      "image/png 96x96 transparent [red clear blue yellow]",
      "image/png 320x240 transparent [red clear blue yellow]",
    ]),
  ),
  size("crop_33x33", "width=33&height=33&method=crop", "33x33", JPEG),
  size("crop_800x600", "width=800&height=600&method=crop", "800x600", JPEG),
  wrong("method_unknown", "width=96&height=96&method=stretch", METHOD),
  size("no_method", "width=320&height=240", "320x240", JPEG),
  size("scale_321x241", "width=321&height=241&method=scale", "321x240", JPEG),
  size("scale_5000x5000", "width=5000&height=5000&method=scale", "1024x768", JPEG),
  wrong("width_negative", "width=-5&height=96"),
  size("width_zero", "width=0&height=96", "1x1", ZERO),
];

/** One request for a thumbnail of a photo of 1024x768. */
function size(id: string, query: string, produced: string, reason: string): HttpCase {
  const looks =
    produced === "1x1" ? "image/jpeg 1x1 [yellow yellow yellow yellow]" : `image/jpeg ${produced} ${QUARTERS}`;
  const steps = [storePicture("jpeg-photo.jpg", "image/jpeg"), ask(`${THUMBNAIL}?${query}`, picture(looks))];
  return dynamic(differs(`thumbnail.dynamic.size.${id}`, reason, ...steps));
}

function wrong(id: string, query: string, reason?: string): HttpCase {
  const steps = [
    storePicture("jpeg-photo.jpg", "image/jpeg"),
    ask(`${THUMBNAIL}?${query}`, refused(400, "M_INVALID_PARAM")),
  ];
  const fullId = `thumbnail.dynamic.size.${id}`;
  return dynamic(reason === undefined ? recorded(fullId, ...steps) : differs(fullId, reason, ...steps));
}
