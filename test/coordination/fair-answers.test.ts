import { expect, test } from "vitest";
import { FairAnswers } from "../../src/coordination/fair-answers.ts";

test("an answer holds until its time is over and is forgotten then", () => {
  const answers = new FairAnswers<string>(10);
  answers.set("a", "", "A", 100);
  expect(answers.get("a", "", 99)).toBe("A");
  expect(answers.get("a", "", 100)).toBeUndefined();
  expect(answers.size).toBe(0);
});

test("among holders of one answer each, the one that came by least lately makes room", () => {
  const answers = new FairAnswers<string>(2);
  answers.set("a", "", "A", 100);
  answers.set("b", "", "B", 100);
  answers.get("a", "", 0);
  answers.set("c", "", "C", 100);
  expect(["a", "b", "c"].map((holder) => answers.get(holder, "", 0))).toEqual(["A", undefined, "C"]);
});

test("the holder of most answers makes room, with that which it did not use for longest", () => {
  const answers = new FairAnswers<number>(4);
  for (const key of ["1", "2", "3"]) answers.set("rich", key, Number(key), 100);
  answers.set("poor", "", 0, 100);
  answers.get("rich", "1", 0);
  answers.set("new", "", 9, 100);
  expect(["1", "2", "3"].map((key) => answers.get("rich", key, 0))).toEqual([1, undefined, 3]);
  expect([answers.get("poor", "", 0), answers.get("new", "", 0)]).toEqual([0, 9]);
});

test("holders that have much cannot push out those that have little, however many answers they bring", () => {
  const answers = new FairAnswers<number>(1000);
  for (let user = 0; user < 900; user += 1) answers.set(`user${user}`, "", user, 1);
  for (let number = 0; number < 10_050; number += 1) answers.set(`greedy${number % 10}`, String(number), number, 1);
  expect(answers.size).toBe(1000);
  for (let user = 0; user < 900; user += 1) expect(answers.get(`user${user}`, "", 0)).toBe(user);
});

test("an answer that is given anew takes the place of the one before it, and what is deleted leaves nothing", () => {
  const answers = new FairAnswers<string>(3);
  answers.set("a", "1", "old", 100);
  answers.set("a", "1", "new", 200);
  answers.set("a", "2", "other", 200);
  expect([answers.size, answers.get("a", "1", 150)]).toEqual([2, "new"]);
  answers.delete("a", "1");
  answers.delete("a", "1");
  answers.deleteHolder("b");
  expect([answers.size, answers.get("a", "1", 0), answers.get("a", "2", 0)]).toEqual([1, undefined, "other"]);
  answers.deleteHolder("a");
  expect([answers.size, answers.get("a", "2", 0)]).toEqual([0, undefined]);
});
