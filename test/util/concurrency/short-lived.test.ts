import { expect, test } from "vitest";
import { ShortLived } from "../../../src/util/concurrency/short-lived.ts";

test("values leave in any order, each once", () => {
  const values = new ShortLived<number>();
  const removals = Array.from({ length: 100 }, (_item, index) => values.add(index));
  const order = removals.map((_item, index) => (index * 37) % 100);
  for (const [step, index] of order.entries()) {
    removals[index]?.();
    removals[index]?.();
    expect(values.size).toBe(99 - step);
    expect(values.list().toSorted((a, b) => a - b)).toEqual(order.slice(step + 1).toSorted((a, b) => a - b));
  }
});

test("a removal that comes twice leaves alone what has taken its place", () => {
  const values = new ShortLived<string>();
  const removeFirst = values.add("first");
  values.add("second");
  removeFirst();
  removeFirst();
  expect(values.list()).toEqual(["second"]);
});

test("equal values are two", () => {
  const values = new ShortLived<string>();
  const remove = values.add("same");
  values.add("same");
  remove();
  expect(values.list()).toEqual(["same"]);
});
