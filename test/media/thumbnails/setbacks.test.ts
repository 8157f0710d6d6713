import { describe, expect, it } from "vitest";
import { matrixError } from "../../../src/errors.ts";
import { Setbacks } from "../../../src/media/thumbnails/setbacks.ts";
import { ThumbnailFailure, type ThumbnailFailureCode } from "../../../src/media/thumbnails/thumbnailer.ts";

const NOW = 1_700_000_000_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const failure = (code: ThumbnailFailureCode) => new ThumbnailFailure(code, "in a test");

describe("media whose thumbnails failed by circumstances", () => {
  it("is tried again after a minute, then later and later, at last once a day", () => {
    const setbacks = new Setbacks();
    const waits: number[] = [];
    for (let attempt = 0, nowTs = NOW; attempt < 14; attempt += 1) {
      setbacks.note("media", failure("DISTURBED"), nowTs);
      let waitMs = MINUTE_MS;
      while (setbacks.holds("media", nowTs + waitMs)) waitMs += MINUTE_MS;
      waits.push(waitMs / MINUTE_MS);
      nowTs += waitMs;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440, 1440]);
  });

  it("waits no longer for requests that fail while it is held: they are no attempts", () => {
    const setbacks = new Setbacks();
    for (let request = 0; request < 20; request += 1)
      setbacks.note("media", matrixError("STORE_FAILED"), NOW + request);
    expect(setbacks.holds("media", NOW + MINUTE_MS - 1)).toBe(true);
    expect(setbacks.holds("media", NOW + MINUTE_MS)).toBe(false);
  });

  it("holds back no other media, and is as new after a success", () => {
    const setbacks = new Setbacks();
    setbacks.note("media", failure("DISTURBED"), NOW);
    setbacks.note("media", failure("DISTURBED"), NOW);
    expect([setbacks.holds("media", NOW), setbacks.holds("other", NOW)]).toEqual([true, false]);
    setbacks.forget("media");
    expect(setbacks.holds("media", NOW)).toBe(false);
    setbacks.note("media", failure("DISTURBED"), NOW);
    expect(setbacks.holds("media", NOW + MINUTE_MS)).toBe(false);
  });

  it.each([
    ["a disk that fails", matrixError("STORE_FAILED"), true],
    ["a child that was disturbed", failure("DISTURBED"), true],
    ["a broken picture, which is remembered by its content", failure("BROKEN"), false],
    ["a queue that is full", failure("BUSY"), false],
    ["a child that cannot be started, which the pool tries again", failure("UNAVAILABLE"), false],
    ["a refusal of a module", matrixError("NOT_FOUND"), false],
  ])("%s", (_, error, isHeld) => {
    const setbacks = new Setbacks();
    setbacks.note("media", error, NOW);
    expect(setbacks.holds("media", NOW)).toBe(isHeld);
  });

  it("is tried again where the clock was put back by more than the longest wait", () => {
    const setbacks = new Setbacks();
    setbacks.note("media", failure("DISTURBED"), NOW);
    expect(setbacks.holds("media", NOW - DAY_MS)).toBe(false);
  });

  it("is forgotten, the oldest first, where there is too much of it", () => {
    const setbacks = new Setbacks();
    for (let index = 0; index <= 10_000; index += 1) setbacks.note(`media${index}`, failure("DISTURBED"), NOW);
    expect(["media0", "media1", "media10000"].map((id) => setbacks.holds(id, NOW))).toEqual([false, true, true]);
  });
});
