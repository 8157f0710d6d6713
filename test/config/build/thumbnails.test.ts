import { expect, test } from "vitest";
import { loadText } from "../folder.ts";

test("Synapse's keys about thumbnails are read as Synapse reads them, with a warning for an unknown key of a size", () => {
  const { config, warnings } = loadText(
    "max_image_pixels: 1M\ndynamic_thumbnails: on\nthumbnail_sizes:\n  - {width: 16, height: 8, method: scale, note: x}",
  );
  expect(config.thumbnails).toEqual({
    sizes: [{ width: 16, height: 8, method: "scale" }],
    dynamic: true,
    maxPixels: 1_048_576,
  });
  expect(warnings).toEqual([expect.stringMatching(/thumbnail_sizes\[0\].note: unknown key$/)]);
});

test("An empty thumbnail_sizes makes none beforehand, and one without a value is the default", () => {
  expect(loadText("thumbnail_sizes: []").config.thumbnails.sizes).toEqual([]);
  expect(loadText("thumbnail_sizes:").config.thumbnails.sizes).toHaveLength(5);
});

test.each([
  ["thumbnail_sizes: [{width: 0, height: 8, method: crop}]", "thumbnail_sizes[0].width"],
  ["thumbnail_sizes: [{width: 8, height: 8, method: stretch}]", "thumbnail_sizes[0].method"],
  ["thumbnail_sizes: [{width: 8, method: crop}]", "thumbnail_sizes[0].height"],
  ["thumbnail_sizes: crop", "thumbnail_sizes"],
  ["max_image_pixels: 0", "max_image_pixels"],
  ["dynamic_thumbnails: 3", "dynamic_thumbnails"],
])("%j is refused, and the message names %s", (text, key) => {
  expect(() => loadText(text)).toThrow(`: ${key}: `);
});
