import { describe, expect, test } from "vitest";
import { findToken } from "../../src/homeserver/who/token.ts";

const MISSING = expect.objectContaining({ status: 401, errcode: "M_MISSING_TOKEN" });

const MALFORMED = expect.objectContaining({ code: "AUTHORIZATION_MALFORMED", status: 401, errcode: "M_MISSING_TOKEN" });

describe("the token of a request", () => {
  test.each(["Bearer syt_a", "bearer syt_a", "BEARER syt_a"])("is found in the header %j", (header) => {
    expect(findToken([header], [])).toBe("syt_a");
  });

  test("is found in the query and decoded", () => {
    expect(findToken([], ["syt_a%2Fb%3D"])).toBe("syt_a/b=");
  });

  test("is the first one where the query has several", () => {
    expect(findToken([], ["syt_a", "syt_b"])).toBe("syt_a");
  });

  test.each(["100%", "%ff"])("is taken literally where %j cannot be decoded", (encoded) => {
    expect(findToken([], [encoded])).toBe(encoded);
  });

  test("is the empty one where the query's is empty", () => {
    expect(findToken([], [""])).toBe("");
  });

  test.each([
    "",
    "Bearer",
    "Bearer ",
    "Bearersyt_a",
    "Bearer  syt_a",
    "Bearer\tsyt_a",
    "Basic YWxpY2U6cHc=",
    "syt_a",
    "Bearer syt_a syt_b",
    "X Bearer syt_a",
  ])("is missing in the header %j, whose form is named", (header) => {
    expect(() => findToken([header], [])).toThrow(MALFORMED);
  });

  test("is missing without header and query", () => {
    expect(() => findToken([], [])).toThrow(MISSING);
  });

  test.each([
    ["Bearer syt_a", "syt_a"],
    ["Bearer syt_a", ""],
    ["Basic eA==", "syt_a"],
  ])("is refused as sent twice when header %j and query %j come together", (header, query) => {
    expect(() => findToken([header], [query])).toThrow(
      expect.objectContaining({ code: "TOKEN_SENT_TWICE", status: 401, errcode: "M_MISSING_TOKEN" }),
    );
  });

  test("is refused where two Authorization headers come, even with the same token", () => {
    expect(() => findToken(["Bearer syt_a", "Bearer syt_a"], [])).toThrow(
      expect.objectContaining({ code: "AUTHORIZATION_REPEATED", status: 401, errcode: "M_MISSING_TOKEN" }),
    );
  });
});
