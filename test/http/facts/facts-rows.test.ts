import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FACTS } from "./facts.ts";

/** Which cases differ by what, in the words with which a row of docs/differences-from-synapse.md begins. */
const ROWS: readonly [cases: RegExp, row: string][] = [
  [/^auth\.header\.lower_scheme$/, "the scheme in `Authorization`"],
  [/^cors\./, "pages of other origins"],
  [/^upload\.chunked\.plain$|^upload\.content_length\.absent/, "without `Content-Length` (chunked)"],
  [/^upload\.content_length\.longer_than_body$/, "a body that ends before its `Content-Length`"],
  [/^upload\.content_length\.(beyond|negative|not_a_number|twice|underscore)/, "what is not valid HTTP"],
  [/^upload\.content_type\./, "a `Content-Type` that is multipart or not ASCII"],
  [/^upload\.filename\./, "file names with a `/`"],
  [/^upload\.response_headers$/, "the length of JSON"],
  [/^download\.every_header$/, "`X-Content-Type-Options: nosniff` and `Accept-Ranges`"],
  [/^download\.every_header$|^download\.if_none_match\./, "`ETag`"],
  [/^download\.range\./, "range requests"],
  [/^download\.server\.|^thumbnail\.bad_server$/, "media of other servers"],
  [
    /^thumbnail\.size\.(?!method)|\.file\.(jpeg-small|png-1x)|dynamic\.size\.scale_5000/,
    "the thumbnail that answers a request",
  ],
  [/\.file\.(avif|tiff)-rgb$/, "AVIF and TIFF"],
  [/-as-IMAGE_PNG$/, "a media type in capitals, or with parameters"],
  [/-as-image_jpe?g$/, "a picture of another type than its uploader declares"],
  [/^thumbnail\.dynamic\.(file\.jpeg-|size\.(crop|scale|no_method))/, "the type of thumbnails"],
  [/^thumbnail\.(dynamic\.)?animated\.|\.file\.(gif|webp)-animated$/, "thumbnails of animations"],
  [/\.file\.png-(bomb|limit)$/, "a picture with `max_image_pixels` or more"],
  [/\.size\.width_zero$/, "a `width` or `height` of 0"],
  [/\.size\.method_unknown$/, "an unknown `method`"],
  [/^thumbnail\.(every_header|if_none_match)$/, "headers of thumbnails"],
];

const lines = readFileSync(new URL("../../../docs/differences-from-synapse.md", import.meta.url), "utf8").split("\n");
const differing = FACTS.filter(({ status }) => status === "differs").map(({ id }) => id);

test.each(differing)("The table of differences has a row for the recorded case %s", (id) => {
  const rows = ROWS.filter(([cases]) => cases.test(id)).map(([, row]) => row);
  expect(rows).not.toEqual([]);
  for (const row of rows) expect(lines.filter((line) => line.startsWith(`| ${row} |`))).toHaveLength(1);
});
