import { expect, test } from "vitest";
import { QuestionQueue } from "../../src/shadow/run/question-queue.ts";

test("The oldest questions make room where there are too many", () => {
  const queue = new QuestionQueue<number>({ maxCount: 3, maxCharacters: 1_000 });
  const dropped = [1, 2, 3, 4, 5].flatMap((item) => queue.push(item, 1));
  expect(dropped).toEqual([1, 2]);
  expect([queue.size, queue.shift(), queue.clear(), queue.size]).toEqual([3, 3, [4, 5], 0]);
});

test("The oldest questions make room where they have too many characters together", () => {
  const queue = new QuestionQueue<number>({ maxCount: 100, maxCharacters: 100 });
  expect(queue.push(1, 60)).toEqual([]);
  expect(queue.push(2, 48)).toEqual([1]);
  expect(queue.push(3, 40)).toEqual([]);
});

test("A question that is too long by itself is dropped with those before it", () => {
  const queue = new QuestionQueue<number>({ maxCount: 100, maxCharacters: 100 });
  queue.push(1, 1);
  expect(queue.push(2, 101)).toEqual([1, 2]);
  expect(queue.size).toBe(0);
  expect(queue.push(3, 99)).toEqual([]);
});
