import { expect, test } from "vitest";
import { isTooLittle } from "../../src/thumbnailing/starved.ts";

test.each([
  [0, 15_000, true],
  [7_499, 15_000, true],
  [7_500, 15_000, false],
  [15_000, 15_000, false],
])("A decoder that had %i ms of the processor in %i ms was starved: %s", (cpuMs, passedMs, isStarved) => {
  expect(isTooLittle(cpuMs, passedMs)).toBe(isStarved);
});
