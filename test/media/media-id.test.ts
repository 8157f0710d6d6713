import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMediaId, isMediaId } from "../../src/media/media-id.ts";

describe("a media id", () => {
  it("is 24 letters, valid, and never the same", () => {
    const ids = Array.from({ length: 5000 }, createMediaId);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z]{24}$/);
    expect(ids.every(isMediaId)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("prefers no letter", () => {
    const counts = new Map<string, number>();
    for (const letter of Array.from({ length: 5000 }, createMediaId).join(""))
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
    expect(counts.size).toBe(52);
    // 120,000 letters: about 2,308 of each, with a deviation of 48; eight of them never happen.
    for (const count of counts.values()) expect(Math.abs(count - 120_000 / 52)).toBeLessThan(8 * 48);
  });

  it("is refused where it holds anything that means something in a path or a query", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(isMediaId(text)).toBe(text.length > 0 && text.length <= 255 && !/[^\w-]/.test(text));
      }),
    );
    for (const text of ["", "..", "a/b", "a%2fb", "a.b", "a\n", "\na", "a\0", "ä", "a".repeat(256)])
      expect(isMediaId(text)).toBe(false);
    expect(isMediaId("a".repeat(255))).toBe(true);
  });
});
