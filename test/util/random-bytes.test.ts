import { expect, test } from "vitest";
import { takeRandomBytes } from "../../src/util/random-bytes.ts";

test("each takes bytes of its own, over the ends of many stocks", () => {
  const taken = Array.from({ length: 2000 }, () => takeRandomBytes(16));
  expect(new Set(taken.map((bytes) => bytes.toString("hex"))).size).toBe(2000);
  expect(taken.every(({ length }) => length === 16)).toBe(true);
});

test("what was taken stays as it is while more is taken", () => {
  const first = takeRandomBytes(32);
  const text = first.toString("hex");
  for (let count = 0; count < 1000; count += 1) takeRandomBytes(32);
  expect(first.toString("hex")).toBe(text);
});
