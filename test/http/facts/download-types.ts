import { ask, file, recorded, store } from "./case.ts";

/** The stored type, as the header of the upload said it, the disposition, and the type of the download. */
const TYPES = {
  "download.type.+image_png": [" image/png", "inline", "image/png"],
  "download.type.Text_Html": ["Text/Html", "attachment", "Text/Html; charset=UTF-8"],
  "download.type.application_javascript": ["application/javascript", "attachment", "application/javascript"],
  "download.type.application_json": ["application/json", "inline", "application/json; charset=UTF-8"],
  "download.type.application_ld+json": ["application/ld+json", "inline", "application/ld+json; charset=UTF-8"],
  "download.type.application_octet-stream": ["application/octet-stream", "attachment", "application/octet-stream"],
  "download.type.application_pdf": ["application/pdf", "attachment", "application/pdf"],
  "download.type.audio_aac": ["audio/aac", "inline", "audio/aac"],
  "download.type.audio_flac": ["audio/flac", "inline", "audio/flac"],
  "download.type.audio_mpeg": ["audio/mpeg", "inline", "audio/mpeg"],
  "download.type.audio_ogg": ["audio/ogg", "inline", "audio/ogg"],
  "download.type.audio_wav": ["audio/wav", "inline", "audio/wav"],
  "download.type.audio_x-flac": ["audio/x-flac", "inline", "audio/x-flac"],
  "download.type.image_bmp": ["image/bmp", "attachment", "image/bmp"],
  "download.type.image_heic": ["image/heic", "attachment", "image/heic"],
  "download.type.image_jpeg": ["image/jpeg", "inline", "image/jpeg"],
  "download.type.image_png": ["image/png", "inline", "image/png"],
  "download.type.image_png,+x=y": ["image/png; x=y", "inline", "image/png; x=y"],
  "download.type.image_svg+xml": ["image/svg+xml", "attachment", "image/svg+xml; charset=UTF-8"],
  "download.type.image_webp": ["image/webp", "inline", "image/webp"],
  "download.type.text_css": ["text/css", "inline", "text/css; charset=UTF-8"],
  "download.type.text_html": ["text/html", "attachment", "text/html; charset=UTF-8"],
  "download.type.text_javascript": ["text/javascript", "attachment", "text/javascript; charset=UTF-8"],
  "download.type.text_plain": ["text/plain", "inline", "text/plain; charset=UTF-8"],
  "download.type.video_mp4": ["video/mp4", "inline", "video/mp4"],
  "download.type.video_quicktime": ["video/quicktime", "inline", "video/quicktime"],
  "download.type.video_webm": ["video/webm", "inline", "video/webm"],
} as const;

/** What may be shown in a browser, and what may not. */
export const DOWNLOAD_TYPE_CASES = Object.entries(TYPES).map(([id, [type, disposition, served]]) =>
  recorded(
    id,
    store({ name: "file.bin", type }),
    ask("GET …/download/{server}/{id}", file("hello", `${disposition}; filename=file.bin`, served)),
  ),
);
