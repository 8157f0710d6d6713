import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuery, queryText } from "../../../../src/http/request/query/query.ts";
import { decodePercent } from "../../../../src/util/text/percent.ts";

const anyText = fc.string({ unit: "grapheme" });

describe("a query", () => {
  it("gives back every parameter that was encoded into it, values of one name in order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText)), (pairs) => {
        const encoded = pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
        const query = parseQuery(`/path?${encoded}`);
        for (const [name] of pairs) {
          const values = pairs.filter(([other]) => other === name).map(([, value]) => value);
          expect(query.get(name)?.map(decodePercent)).toEqual(values);
          expect(queryText(query, name)).toBe(values[0]);
        }
      }),
    );
  });

  it("reads back what URLSearchParams has written", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyText, anyText), { minLength: 1 }), (pairs) => {
        const query = parseQuery(`/path?${new URLSearchParams(pairs).toString()}`);
        for (const [name, value] of pairs.slice(0, 1)) expect(queryText(query, name)).toBe(value);
      }),
    );
  });

  it("never throws, whatever is in it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const query = parseQuery(`/path?${text}`);
        for (const name of query.keys()) expect(queryText(query, name)).not.toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["/path", undefined],
    ["/path?", undefined],
    ["/path?name", undefined],
    ["/path?name=", ""],
    ["/path?other=1&name=2&name=3", "2"],
    ["/path?a=1;name=2", "2"],
    ["/path?name=a+b%2Bc", "a b+c"],
    ["/path?name=100%", "100%"],
    ["/path?name=%zz%41", "%zzA"],
    ["/path?name=a=b", "a=b"],
    ["/path?na%6De=1", "1"],
    ["/path?name=%ff", null],
    ["/path?name=%ed%a0%80", null],
    ["/path?name=%c3%bc", "ü"],
    ["/path?name=a?b", "a?b"],
  ])("reads the name in %s as %j", (url, value) => {
    expect(queryText(parseQuery(url), "name")).toBe(value);
  });
});
