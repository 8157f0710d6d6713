import { expect, test } from "vitest";
import { toVisibleText } from "../../../src/util/log/visible-text.ts";

test.each([
  ["\u001b[2J", "\\x1b[2J"],
  ["a\rb\u0007", "a\\x0db\\x07"],
  ["\u009b31m", "\\x9b31m"],
  ["\u061c", "\\u061c"],
  ["\u200e\u200f", "\\u200e\\u200f"],
  ["\u202agpj.exe\u202e", "\\u202agpj.exe\\u202e"],
  ["\u2066\u2069", "\\u2066\\u2069"],
  ["line\u2028line", "line\\u2028line"],
])("A terminal shows %j as %s", (text, shown) => {
  expect(toVisibleText(text)).toBe(shown);
});

test("Line breaks, tabs and letters of every language stay", () => {
  const text = "a\n\tb سلام שלום 日本語 é 👍";
  expect(toVisibleText(text)).toBe(text);
});
