import { expect, test } from "vitest";
import { sortInTurns } from "../../../src/util/concurrency/sort-in-turns.ts";

/** Items whose keys are in no order, and repeat. */
const itemsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ key: (index * 7919) % 997, index }));
const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key;

test.each([0, 1, 2_000, 2_001, 4_000, 30_011])(
  "%i items are sorted as by toSorted, equal ones in their order",
  async (count) => {
    const items = itemsOf(count);
    expect(await sortInTurns(items, byKey)).toEqual(items.toSorted(byKey));
  },
);

test("A long sort compares no more at once than that of 2,000 items does", async () => {
  let comparisons = 0;
  let most = 0;
  let next = setImmediate(function turn() {
    most = Math.max(most, comparisons);
    comparisons = 0;
    next = setImmediate(turn);
  });
  await sortInTurns(itemsOf(100_000), (a, b) => {
    comparisons += 1;
    return byKey(a, b);
  });
  clearImmediate(next);
  expect(most).toBeGreaterThan(0);
  expect(Math.max(most, comparisons)).toBeLessThanOrEqual(2_000 * Math.log2(2_000));
});
