import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodePercent, decodePercentBytes, decodePercentLeniently } from "../../../src/util/text/percent.ts";

describe("the percent decoder", () => {
  it("gives back every text that was encoded, strictly and leniently", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(decodePercent(encodeURIComponent(text))).toBe(text);
        expect(decodePercentLeniently(encodeURIComponent(text))).toBe(text);
      }),
    );
  });

  it.each([
    ["", "", ""],
    ["a+b", "a+b", "a+b"],
    ["100%", "100%", "100%"],
    ["%zz%41%2", "%zzA%2", "%zzA%2"],
    ["%2541", "%41", "%41"],
    ["%C3%bc", "ü", "ü"],
    ["%ff%41", undefined, "\uFFFDA"],
    ["%ed%a0%80", undefined, "\uFFFD\uFFFD\uFFFD"],
  ])("reads %s strictly as %j and leniently as %j", (text, strictly, leniently) => {
    expect(decodePercent(text)).toBe(strictly);
    expect(decodePercentLeniently(text)).toBe(leniently);
  });

  it("makes one character of each encoded byte where it decodes byte by byte", () => {
    expect(decodePercentBytes("%2E%ff%c3%bc%g1")).toBe(".\u00FF\u00C3\u00BC%g1");
  });
});
