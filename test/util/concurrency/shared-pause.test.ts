import { expect, test } from "vitest";
import { CoalescedDelay } from "../../../src/util/concurrency/coalesced-delay.ts";

test("A pause is shared by those who come while it is on, and the next one begins after it", async () => {
  const pause = new CoalescedDelay(5);
  const order: string[] = [];
  const first = pause.over().then(() => order.push("first"));
  const second = pause.over().then(() => order.push("second"));
  await first;
  const third = pause.over().then(() => order.push("third"));
  await second;
  expect(order).toEqual(["first", "second"]);
  await third;
  expect(order).toEqual(["first", "second", "third"]);
});
