import { expect, test } from "vitest";
import { canonicalJson, canonicalNumber, canonicalText } from "../../../src/shadow/compare/canonical.ts";

test.each([
  ["100", "100"],
  ["100.0", "100"],
  ["1e2", "100"],
  ["-0", "0"],
  ["-0.0", "0"],
  ["0.1", "0.1"],
  ["1e16", "10000000000000000"],
  ["9007199254740993", "9007199254740993"],
  ["1e-7", "1e-7"],
  ["1e400", "Infinity"],
])("The number %s is %s in every form", (written, canonical) => {
  expect(canonicalNumber(written)).toBe(canonical);
});

test("Keys have one order, and a list keeps its own", () => {
  expect(canonicalJson('{"b":[3,1],"a":{"d":1,"c":"é"}}')).toBe('{"a":{"c":"é","d":1},"b":[3,1]}');
  expect(canonicalText({ b: [3, 1], a: null })).toBe('{"a":null,"b":[3,1]}');
});

test("A key that JavaScript gives a meaning is a key like others", () => {
  expect(canonicalJson('{"__proto__":{"a":1},"constructor":2}')).toBe('{"__proto__":{"a":1},"constructor":2}');
});

test("A text that is not JSON, and one that is nested too deep, equal themselves alone", () => {
  const deep = "[".repeat(200_000) + "]".repeat(200_000);
  expect(canonicalJson("{")).toBe('unreadable "{"');
  expect(canonicalJson(deep)).not.toBe(canonicalJson(`${deep} `));
});

test("An integer of more digits than Python reads is compared by its digits, without the time that reading takes", () => {
  const digits = "9".repeat(1_000_000);
  expect(canonicalNumber(digits)).toBe(digits);
});
