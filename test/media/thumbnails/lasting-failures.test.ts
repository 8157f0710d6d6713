import { describe, expect, it, test } from "vitest";
import { failureError, findFailure, lastingFailure } from "../../../src/media/thumbnails/lasting-failures.ts";
import { ThumbnailFailure, type ThumbnailFailureCode } from "../../../src/media/thumbnails/thumbnailer.ts";

const CONDITIONS = { decoder: "sharp 1.0.0", maxPixels: 1000 };
const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;

const factsOf = (code: ThumbnailFailureCode) =>
  lastingFailure(new ThumbnailFailure(code, "in a test"), CONDITIONS, NOW);

describe("a failure", () => {
  it.each(["UNSUPPORTED", "BROKEN", "TOO_LARGE"] as const)("%s holds for ever, for this decoder", (code) => {
    expect(findFailure(factsOf(code), CONDITIONS, NOW + 400 * DAY_MS)).toBe(code);
    expect(findFailure(factsOf(code), { ...CONDITIONS, decoder: "sharp 1.0.1" }, NOW)).toBeUndefined();
  });

  it.each(["TIMEOUT", "MEMORY", "CRASHED"] as const)("%s holds for a day, for this decoder", (code) => {
    expect(findFailure(factsOf(code), CONDITIONS, NOW + DAY_MS - 1)).toBe(code);
    expect(findFailure(factsOf(code), CONDITIONS, NOW + DAY_MS)).toBeUndefined();
    expect(findFailure(factsOf(code), { ...CONDITIONS, decoder: "sharp 1.0.1" }, NOW)).toBeUndefined();
  });

  it.each(["DISTURBED", "BUSY", "UNAVAILABLE"] as const)(
    "%s says nothing of the picture, and is not remembered",
    (code) => {
      expect(factsOf(code)).toBeUndefined();
    },
  );

  it("by the number of pixels holds for this max_image_pixels alone, and no other failure depends on it", () => {
    const others = { ...CONDITIONS, maxPixels: 2000 };
    expect(findFailure(factsOf("TOO_LARGE"), others, NOW)).toBeUndefined();
    expect(findFailure(factsOf("BROKEN"), others, NOW)).toBe("BROKEN");
  });

  it("is not there where nothing is known, or no failure is", () => {
    expect(findFailure(undefined, CONDITIONS, NOW)).toBeUndefined();
    const known = { picture: { width: 1, height: 1, frames: 1 }, failure: undefined, ...CONDITIONS, lookedTs: NOW };
    expect(findFailure(known, CONDITIONS, NOW)).toBeUndefined();
  });
});

test.each([
  ["UNSUPPORTED", 400, "M_UNKNOWN", undefined],
  ["BROKEN", 400, "M_UNKNOWN", undefined],
  ["TIMEOUT", 400, "M_UNKNOWN", undefined],
  ["TOO_LARGE", 413, "M_TOO_LARGE", undefined],
  ["BUSY", 503, "M_UNKNOWN", "2"],
  ["UNAVAILABLE", 503, "M_UNKNOWN", "2"],
] as const)("%s is answered %i %s, with Retry-After %s", (code, status, errcode, retryAfter) => {
  const error = failureError(code);
  expect([error.status, error.errcode, error.headers["Retry-After"]]).toEqual([status, errcode, retryAfter]);
});
