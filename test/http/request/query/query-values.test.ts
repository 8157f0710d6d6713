import { expect, test } from "vitest";
import { booleanOf, choiceOf, integerOf, textOf } from "../../../../src/http/request/query/query-values.ts";
import { parseQuery } from "../../../../src/http/request/query/query.ts";

const query = (text: string) => parseQuery(`/path?${text}`);
const INVALID = { code: "PARAMETER_INVALID", status: 400, errcode: "M_INVALID_PARAM" };

test("An integer is read in decimal, and its absence is the default or an error that names it", () => {
  expect(integerOf(query("limit=12"), "limit")).toBe(12);
  expect(integerOf(query("limit=%2B7"), "limit")).toBe(7);
  expect(integerOf(query(""), "limit", { default: 100 })).toBe(100);
  expect(refusal(() => integerOf(query(""), "before_ts"))).toMatchObject({
    status: 400,
    errcode: "M_MISSING_PARAM",
    message: "Missing query parameter before_ts",
  });
});

test.each(["many", "1.5", "", "0x10", "1e3", "-1", "9".repeat(16), "%ff", "1_000"])(
  "An integer of 0 or more is not %j",
  (text) => {
    expect(refusal(() => integerOf(query(`limit=${text}`), "limit", { default: 1 }))).toMatchObject(INVALID);
  },
);

test("An integer below its least value is refused, and the rule is named", () => {
  expect(integerOf(query("n=10"), "n", { least: 10 })).toBe(10);
  expect(refusal(() => integerOf(query("n=9"), "n", { least: 10 }))).toMatchObject({
    ...INVALID,
    message: "Query parameter n must be 10 or more",
  });
});

test("A truth value is true or false, and no other word", () => {
  expect([booleanOf(query("a=true"), "a", false), booleanOf(query("a=false"), "a", true)]).toEqual([true, false]);
  expect([booleanOf(query(""), "a", true), booleanOf(query(""), "a", false)]).toEqual([true, false]);
  for (const text of ["perhaps", "1", "True", ""]) {
    expect(refusal(() => booleanOf(query(`a=${text}`), "a", true))).toMatchObject(INVALID);
  }
});

test("A choice is one of its words, and the error lists them", () => {
  expect(choiceOf(query("dir=b"), "dir", ["f", "b"])).toBe("b");
  expect(choiceOf(query(""), "dir", ["f", "b"])).toBeUndefined();
  expect(refusal(() => choiceOf(query("dir="), "dir", ["f", "b"]))).toMatchObject({
    ...INVALID,
    message: "Query parameter dir must be one of f, b",
  });
});

test("A text is decoded, and refused where it is not UTF-8", () => {
  expect(textOf(query("a=caf%C3%A9+au"), "a")).toBe("café au");
  expect(textOf(query(""), "a")).toBeUndefined();
  expect(refusal(() => textOf(query("a=%ff"), "a"))).toMatchObject(INVALID);
});

function refusal(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error;
  }
}
