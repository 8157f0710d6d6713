import { expect, test } from "vitest";
import { InProcessUnrecordedDoubts } from "../../src/coordination/in-process-unrecorded-doubts.ts";

const ALICE = "@alice:example.test";

test("A user's doubts last until the usage is read at a time that is later than the last of them", async () => {
  const doubts = new InProcessUnrecordedDoubts();
  expect(await doubts.has(ALICE)).toBe(false);
  await doubts.add(ALICE, 100);
  await doubts.add(ALICE, 200);
  await doubts.resolve(ALICE, 150);
  expect(await doubts.has(ALICE)).toBe(true);
  await doubts.resolve("@bob:example.test", 300);
  expect(await doubts.has(ALICE)).toBe(true);
  await doubts.resolve(ALICE, 201);
  expect(await doubts.has(ALICE)).toBe(false);
});
