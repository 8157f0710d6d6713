import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MatrixError } from "../../../../src/errors.ts";
import { parseQuery } from "../../../../src/http/request/query/query.ts";
import { askedThumbnail } from "../../../../src/http/request/query/thumbnail-query.ts";

const read = (query: string) => askedThumbnail(parseQuery(`/x?${query}`));

function refusal(query: string): unknown {
  try {
    return read(query);
  } catch (error) {
    return MatrixError.is(error) && error.errcode;
  }
}

describe("the query of a thumbnail", () => {
  it.each([
    ["width=96&height=32&method=crop", { width: 96, height: 32, method: "crop", animated: false }],
    ["width=96&height=32", { width: 96, height: 32, method: "scale", animated: false }],
    ["width=0&height=00", { width: 1, height: 1, method: "scale", animated: false }],
    ["width=-0&height=%2B7", { width: 1, height: 7, method: "scale", animated: false }],
    ["width=1_0&height=%209%20&animated=true", { width: 10, height: 9, method: "scale", animated: true }],
    ["width=1&width=2&height=3&animated=false", { width: 1, height: 3, method: "scale", animated: false }],
  ])("%s is read", (query, asked) => {
    expect(read(query)).toEqual(asked);
  });

  it.each([
    ["width=96", "M_MISSING_PARAM"],
    ["height=96&method=crop", "M_MISSING_PARAM"],
    ["", "M_MISSING_PARAM"],
    ["width=&height=1", "M_INVALID_PARAM"],
    ["width=-1&height=1", "M_INVALID_PARAM"],
    ["width=1.5&height=1", "M_INVALID_PARAM"],
    ["width=0x10&height=1", "M_INVALID_PARAM"],
    ["width=1e3&height=1", "M_INVALID_PARAM"],
    ["width=%ff&height=1", "M_INVALID_PARAM"],
    ["width=1&height=NaN", "M_INVALID_PARAM"],
    ["width=1&height=1&method=", "M_INVALID_PARAM"],
    ["width=1&height=1&method=Crop", "M_INVALID_PARAM"],
    ["width=1&height=1&animated=1", "M_INVALID_PARAM"],
    ["width=1&height=1&animated=%ff", "M_INVALID_PARAM"],
  ])("%s is refused with %s", (query, errcode) => {
    expect(refusal(query)).toBe(errcode);
  });

  it("always has sides that pixels can be counted with, or is refused", () => {
    const texts = fc.oneof(fc.string(), fc.bigInt().map(String), fc.double().map(String));
    fc.assert(
      fc.property(texts, (text) => {
        expect(isBounded(text)).toBe(true);
      }),
    );
  });
});

/** Whether a width of this text is refused, or is a side that pixels can be counted with. */
function isBounded(text: string): boolean {
  const asked = refusal(`width=${encodeURIComponent(text)}&height=1`);
  if (typeof asked !== "object" || asked === null) return asked === "M_INVALID_PARAM";
  const { width } = asked as { readonly width: number };
  return Number.isSafeInteger(width) && width >= 1 && width <= 2 ** 20;
}
