import { expect, test } from "vitest";
import type { Portable } from "../../src/shadow/asked.ts";
import { QuestionQueue } from "../../src/shadow/run/question-queue.ts";

test("The oldest questions make room where there are too many", () => {
  const queue = new QuestionQueue<number>({ maxCount: 3, maxCharacters: 1_000 });
  const dropped = [1, 2, 3, 4, 5].flatMap((item) => queue.push(item, ["x"]));
  expect(dropped).toEqual([1, 2]);
  expect([queue.size, queue.shift(), queue.clear(), queue.size]).toEqual([3, 3, [4, 5], 0]);
});

test("The oldest questions make room where their texts are too long together", () => {
  const queue = new QuestionQueue<number>({ maxCount: 100, maxCharacters: 100 });
  expect(queue.push(1, "x".repeat(60))).toEqual([]);
  expect(queue.push(2, ["x".repeat(10), { long: "x".repeat(30) }])).toEqual([1]);
  expect(queue.push(3, "x".repeat(40))).toEqual([]);
});

test("A question that is too long by itself is dropped with those before it", () => {
  const queue = new QuestionQueue<number>({ maxCount: 100, maxCharacters: 100 });
  queue.push(1, "x");
  expect(queue.push(2, "x".repeat(101))).toEqual([1, 2]);
  expect(queue.size).toBe(0);
  expect(queue.push(3, "x".repeat(99))).toEqual([]);
});

test("A question that is nested very deeply is counted as any other", () => {
  const queue = new QuestionQueue<number>({ maxCount: 100, maxCharacters: 10_000_000 });
  let deep: Portable = "x";
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  expect(queue.push(1, deep)).toEqual([]);
  expect(queue.push(2, { a: undefined as never, b: "x".repeat(9_999_980) })).toEqual([1]);
});
