import { expect, it } from "vitest";
import { isPictureType } from "../../../src/media/thumbnails/picture-types.ts";

it.each([
  "image/jpeg",
  "image/jpg",
  "image/png",
  "IMAGE/PNG",
  "image/gif; q=1",
  " image/webp ",
  "image/avif",
  "image/tiff",
])("Thumbnails are made of %j", (mediaType) => {
  expect(isPictureType(mediaType)).toBe(true);
});

it.each([
  "",
  "image/svg+xml",
  "image/heic",
  "image/bmp",
  "video/mp4",
  "application/octet-stream",
  "text/plain",
  "image/*",
])("No thumbnails are made of %j", (mediaType) => {
  expect(isPictureType(mediaType)).toBe(false);
});
