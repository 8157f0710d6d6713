import { expect, test } from "vitest";
import { Pauses } from "../../../src/media/deletion/pauses.ts";

const FIRST_MS = 500;

test("A pause is longer after each further failure, a minute at most, and ends with a success", () => {
  let nowTs = 1_700_000_000_000;
  const pauses = new Pauses({ now: () => nowTs }, FIRST_MS);
  const found: number[] = [];
  for (let failure = 0; failure < 9; failure += 1) {
    pauses.begin("a");
    found.push(pauses.leftMs("a"));
  }
  expect(found).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  nowTs += 60_000;
  expect([pauses.leftMs("a"), pauses.leftMs("b")]).toEqual([0, 0]);
  pauses.begin("a");
  pauses.end("a");
  pauses.begin("a");
  expect(pauses.leftMs("a")).toBe(FIRST_MS);
});

test("A pause that began while the clock was far ahead is over once it is right", () => {
  let nowTs = 1_700_000_000_000 + 86_400_000;
  const pauses = new Pauses({ now: () => nowTs }, FIRST_MS);
  pauses.begin("a");
  expect(pauses.leftMs("a")).toBe(FIRST_MS);
  nowTs -= 86_400_000;
  expect(pauses.leftMs("a")).toBe(0);
});
