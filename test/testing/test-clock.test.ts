import { TestClock } from "synapse-media-bridge/testing";
import { expect, test } from "vitest";

test("A test's clock does not move by itself", async () => {
  const clock = new TestClock(1_000);
  expect(clock.now()).toBe(1_000);
  await clock.advance(500);
  expect(clock.now()).toBe(1_500);
});

test("A test's clock makes due calls in their order, each at its time, those that a call asks for as well", async () => {
  const clock = new TestClock(0);
  const calls: string[] = [];
  const note = (name: string) => calls.push(`${name} at ${clock.now()}`);
  clock.after(300, () => note("third"));
  clock.after(100, () => {
    note("first");
    void Promise.resolve().then(() => clock.after(100, () => note("second")));
  });
  clock.after(301, () => note("never"));
  clock.after(50, () => note("cancelled"))();
  await clock.advance(300);
  expect(calls).toEqual(["first at 100", "second at 200", "third at 300"]);
  expect(clock.waiting).toBe(1);
});
