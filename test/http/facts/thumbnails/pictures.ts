import { QUARTERS, moving, still } from "./picture-cases.ts";
import { FORMATS, TOO_LARGE, CASE, OWN_TYPE, FIRST_FRAME, STILL, NOT_ENLARGED } from "./reasons.ts";

/** Thumbnails of one picture after the other: a crop of 96x96, and 320x240 scaled. */
export const PICTURE_CASES = [
  moving("animated.gif-animated", "gif-animated.gif", "image/gif", [
    "image/png 32x32 [red red red red]",
    "image/png 32x32 [red red red red]",
    "image/webp 32x32 3 frames [red red red red]",
    "image/webp 200x100 3 frames [red red red red]",
  ]),
  moving("animated.gif-large-animated", "gif-large-animated.gif", "image/gif", [
    "image/png 32x32 [red red red red]",
    "image/png 32x32 [red red red red]",
    "image/webp 32x32 3 frames [red red red red]",
    "image/webp 308x240 3 frames [red red red red]",
  ]),
  moving("animated.gif-static", "gif-static.gif", "image/gif", [
    `image/png 32x32 ${QUARTERS}`,
    `image/png 32x32 ${QUARTERS}`,
    `image/png 32x32 ${QUARTERS}`,
    `image/png 200x100 ${QUARTERS}`,
  ]),
  moving(
    "animated.webp-animated",
    "webp-animated.webp",
    "image/webp",
    [
      "image/jpeg 32x32 [red red red red]",
      "image/jpeg 32x32 [red red red red]",
      "image/webp 32x32 3 frames [red red red red]",
      "image/webp 200x100 3 frames [red red red red]",
    ],
    STILL,
  ),
  still(
    "file.avif-rgb",
    "avif-rgb.avif",
    "image/avif",
    [`image/jpeg 96x96 ${QUARTERS}`, `image/jpeg 320x240 ${QUARTERS}`],
    FORMATS,
  ),
  still(
    "file.gif-animated",
    "gif-animated.gif",
    "image/gif",
    ["image/png 96x96 [red red red red]", "image/png 200x100 [red red red red]"],
    FIRST_FRAME,
  ),
  still("file.gif-script", "gif-script.gif", "image/gif", ["400 M_UNKNOWN", "400 M_UNKNOWN"]),
  still("file.gif-static", "gif-static.gif", "image/gif", [
    `image/png 96x96 ${QUARTERS}`,
    `image/png 200x100 ${QUARTERS}`,
  ]),
  still("file.heic-rgb", "heic-rgb.heic", "image/heic", ["400 M_UNKNOWN", "400 M_UNKNOWN"]),
  still("file.heic-rgb-as-image_jpeg", "heic-rgb.heic", "image/jpeg", ["400 M_UNKNOWN", "400 M_UNKNOWN"]),
  still("file.ico-rgb", "ico-rgb.ico", "image/x-icon", ["400 M_UNKNOWN", "400 M_UNKNOWN"]),
  still("file.jpeg-cmyk", "jpeg-cmyk.jpg", "image/jpeg", [
    `image/jpeg 96x96 ${QUARTERS}`,
    `image/jpeg 320x240 ${QUARTERS}`,
  ]),
  still("file.jpeg-exif3", "jpeg-exif3.jpg", "image/jpeg", [
    "image/jpeg 96x96 [yellow blue green red]",
    "image/jpeg 320x160 [yellow blue green red]",
  ]),
  still("file.jpeg-exif6", "jpeg-exif6.jpg", "image/jpeg", [
    "image/jpeg 96x96 [blue red yellow green]",
    "image/jpeg 120x240 [blue red yellow green]",
  ]),
  still("file.jpeg-exif8", "jpeg-exif8.jpg", "image/jpeg", [
    "image/jpeg 96x96 [green yellow red blue]",
    "image/jpeg 120x240 [green yellow red blue]",
  ]),
  still("file.jpeg-gray", "jpeg-gray.jpg", "image/jpeg", [
    "image/jpeg 96x96 [gray gray black white]",
    "image/jpeg 320x240 [gray gray black white]",
  ]),
  still("file.jpeg-photo", "jpeg-photo.jpg", "image/jpeg", [
    `image/jpeg 96x96 ${QUARTERS}`,
    `image/jpeg 320x240 ${QUARTERS}`,
  ]),
  still("file.jpeg-progressive", "jpeg-progressive.jpg", "image/jpeg", [
    `image/jpeg 96x96 ${QUARTERS}`,
    `image/jpeg 320x240 ${QUARTERS}`,
  ]),
  still(
    "file.jpeg-small",
    "jpeg-small.jpg",
    "image/jpeg",
    [`image/jpeg 40x40 ${QUARTERS}`, `image/jpeg 60x40 ${QUARTERS}`],
    NOT_ENLARGED,
  ),
  still("file.jpeg-truncated", "jpeg-truncated.jpg", "image/jpeg", [
    "image/jpeg 96x96 [gray gray gray gray]",
    "image/jpeg 320x240 [gray gray gray gray]",
  ]),
  still("file.pdf-as-image_png", "pdf.pdf", "image/png", ["400 M_UNKNOWN", "400 M_UNKNOWN"]),
  still("file.png-16bit-rgb", "png-16bit-rgb.png", "image/png", [
    `image/png 96x96 ${QUARTERS}`,
    `image/png 200x100 ${QUARTERS}`,
  ]),
  still(
    "file.png-1x1",
    "png-1x1.png",
    "image/png",
    ["image/png 1x1 [red red red red]", "image/png 1x1 [red red red red]"],
    NOT_ENLARGED,
  ),
  still(
    "file.png-1x1000",
    "png-1x1000.png",
    "image/png",
    ["image/png 1x1 [red red red red]", "image/png 1x240 [red red red red]"],
    NOT_ENLARGED,
  ),
  still("file.png-alpha", "png-alpha.png", "image/png", [
    "image/png 96x96 transparent [red clear blue yellow]",
    "image/png 240x240 transparent [red clear blue yellow]",
  ]),
  still("file.png-bomb", "png-bomb.png", "image/png", ["413 M_TOO_LARGE", "413 M_TOO_LARGE"], TOO_LARGE),
  still("file.png-gray", "png-gray.png", "image/png", [
    "image/png 96x96 [gray gray black white]",
    "image/png 320x240 [gray gray black white]",
  ]),
  still("file.png-gray-alpha", "png-gray-alpha.png", "image/png", [
    "image/png 96x96 transparent [gray clear black white]",
    "image/png 320x240 transparent [gray clear black white]",
  ]),
  still("file.png-limit", "png-limit.png", "image/png", ["413 M_TOO_LARGE", "413 M_TOO_LARGE"], TOO_LARGE),
  still("file.png-palette", "png-palette.png", "image/png", [
    `image/png 96x96 ${QUARTERS}`,
    `image/png 320x240 ${QUARTERS}`,
  ]),
  still("file.png-rgb", "png-rgb.png", "image/png", [`image/png 96x96 ${QUARTERS}`, `image/png 320x240 ${QUARTERS}`]),
  still(
    "file.png-rgb-as-IMAGE_PNG",
    "png-rgb.png",
    "IMAGE/PNG",
    [`image/png 96x96 ${QUARTERS}`, `image/png 320x240 ${QUARTERS}`],
    CASE,
  ),
  still(
    "file.png-rgb-as-image_jpeg",
    "png-rgb.png",
    "image/jpeg",
    [`image/png 96x96 ${QUARTERS}`, `image/png 320x240 ${QUARTERS}`],
    OWN_TYPE,
  ),
  still(
    "file.png-rgb-as-image_jpg",
    "png-rgb.png",
    "image/jpg",
    [`image/png 96x96 ${QUARTERS}`, `image/png 320x240 ${QUARTERS}`],
    OWN_TYPE,
  ),
  still("file.png-rgb-as-text_plain", "png-rgb.png", "text/plain", ["400 M_UNKNOWN", "400 M_UNKNOWN"]),
  still("file.png-truncated", "png-truncated.png", "image/png", [
    "image/png 96x96 [gray gray black black]",
    "image/png 200x150 [gray gray black black]",
  ]),
  still("file.svg", "svg.svg", "image/svg+xml", ["400 M_UNKNOWN", "400 M_UNKNOWN"]),
  still("file.svg-as-image_png", "svg.svg", "image/png", ["400 M_UNKNOWN", "400 M_UNKNOWN"]),
  still(
    "file.tiff-rgb",
    "tiff-rgb.tiff",
    "image/tiff",
    [`image/jpeg 96x96 ${QUARTERS}`, `image/jpeg 200x100 ${QUARTERS}`],
    FORMATS,
  ),
  still("file.webp-alpha", "webp-alpha.webp", "image/webp", [
    "image/png 96x96 transparent [red clear blue yellow]",
    "image/png 320x240 transparent [red clear blue yellow]",
  ]),
  still(
    "file.webp-animated",
    "webp-animated.webp",
    "image/webp",
    ["image/jpeg 96x96 [red red red red]", "image/jpeg 200x100 [red red red red]"],
    STILL,
  ),
  still("file.webp-lossy", "webp-lossy.webp", "image/webp", [
    `image/jpeg 96x96 ${QUARTERS}`,
    `image/jpeg 320x240 ${QUARTERS}`,
  ]),
];
