import { expect, test } from "vitest";
import { RecentAnswers } from "../../src/homeserver/who/recent-answers.ts";

test("an answer holds until its time is over and is forgotten then", () => {
  const answers = new RecentAnswers<string>(10);
  answers.set("a", "A", 100);
  expect(answers.get("a", 99)).toBe("A");
  expect(answers.get("a", 100)).toBeUndefined();
  expect(answers.size).toBe(0);
});

test("the answer that was not used for longest makes room", () => {
  const answers = new RecentAnswers<string>(2);
  answers.set("a", "A", 100);
  answers.set("b", "B", 100);
  answers.get("a", 0);
  answers.set("c", "C", 100);
  expect(["a", "b", "c"].map((key) => answers.get(key, 0))).toEqual(["A", undefined, "C"]);
});

test("never more than the bound is kept", () => {
  const answers = new RecentAnswers<number>(100);
  for (let number = 0; number < 10_000; number += 1) answers.set(String(number), number, 1);
  expect(answers.size).toBe(100);
  expect(answers.get("9999", 0)).toBe(9999);
});
