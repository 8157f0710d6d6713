import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRange } from "../../../../src/http/request/query/range.ts";

describe("a Range header", () => {
  it("gives bytes that the file has, 416 or the whole file, whatever it says", () => {
    const number = fc.oneof(
      fc.nat(30).map(String),
      fc.constant(""),
      fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
    );
    const headers = fc.oneof(
      fc.tuple(number, number).map(([first, last]) => `bytes=${first}-${last}`),
      fc.string(),
      fc.string().map((text) => `bytes=${text}`),
    );
    fc.assert(
      fc.property(headers, fc.nat(20), (header, size) => {
        const range = parseRange(header, size);
        if (range === undefined || range === null) return;
        expect(Number.isSafeInteger(range.start) && Number.isSafeInteger(range.end)).toBe(true);
        expect(0 <= range.start && range.start <= range.end && range.end < size).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("names the bytes that slicing the file by it would give", () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.integer({ min: 1, max: 20 }), (first, last, size) => {
        const bytes = Array.from({ length: size }, (_, index) => index);
        const pick = (header: string) => {
          const range = parseRange(header, size);
          return range ? bytes.slice(range.start, range.end + 1) : range;
        };
        expect(pick(`bytes=${first}-${last}`)).toEqual(
          last < first ? undefined : first >= size ? null : bytes.slice(first, last + 1),
        );
        expect(pick(`bytes=${first}-`)).toEqual(first >= size ? null : bytes.slice(first));
        expect(pick(`bytes=-${last}`)).toEqual(last === 0 ? null : bytes.slice(-last));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    undefined,
    "",
    "bytes",
    "bytes=",
    "bytes=-",
    "bytes=0-1,2-3",
    "bytes=a-b",
    "items=0-1",
    "bytes=1-0",
    "bytes=-1-2",
    "bytes=0x1-2",
    "bytes=1.5-2",
  ])("A Range header that is not understood, such as %j, is ignored", (header) => {
    expect(parseRange(header, 10)).toBeUndefined();
  });

  it.each(["bytes=0-", "bytes=0-0", "bytes=-1", "bytes=-0"])("is 416 for a file of no bytes: %s", (header) => {
    expect(parseRange(header, 0)).toBeNull();
  });
});
