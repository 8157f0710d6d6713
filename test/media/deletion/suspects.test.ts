import { expect, test } from "vitest";
import type { PythonRunner, PythonSlot } from "../../../src/callbacks/slots/slot.ts";
import { Suspects } from "../../../src/media/deletion/suspects.ts";

const [SLOT, NEIGHBOUR] = twoOf({ run: () => Promise.resolve([]) });
const [ELSEWHERE] = twoOf({ run: () => Promise.resolve([]) });

/** Callbacks of two modules in one child. */
function twoOf(runner: PythonRunner): [PythonSlot, PythonSlot] {
  const slotOf = (index: number): PythonSlot => {
    const module = { index, name: "a.Module", language: "python" } as const;
    const facts = { module, nth: 0, name: "deleted", file: null, isLate: false, takesSize: false };
    return { ...facts, language: "python", kind: "on_media_deleted", remote: index, runner };
  };
  return [slotOf(0), slotOf(1)];
}

test("A child is told of media that may have ended it alone, and of other media at the same time as ever", () => {
  const suspects = new Suspects();
  for (const mediaId of ["a", "b"]) expect(suspects.begin(SLOT, mediaId)).toBe(true);
  for (const mediaId of ["a", "b"]) {
    suspects.end(SLOT);
    expect(suspects.blame(SLOT, mediaId)).toBe(false);
  }
  expect(suspects.begin(SLOT, "a")).toBe(true);
  // Not beside another suspect, and nothing else beside it.
  expect(["b", "c"].map((mediaId) => suspects.begin(SLOT, mediaId))).toEqual([false, false]);
  expect([NEIGHBOUR, ELSEWHERE].map((slot) => suspects.begin(slot, "c"))).toEqual([false, true]);
  suspects.end(SLOT);
  suspects.forget("a");
  expect(["c", "d"].map((mediaId) => suspects.begin(SLOT, mediaId))).toEqual([true, true]);
  expect(suspects.begin(SLOT, "b")).toBe(false);
  suspects.end(SLOT);
  expect(suspects.begin(SLOT, "b")).toBe(false);
  suspects.end(SLOT);
  expect(suspects.begin(SLOT, "b")).toBe(true);
});

test("A callback is told of media that may have ended its child while no other callback of the child is told", () => {
  const suspects = new Suspects();
  suspects.blame(SLOT, "a");
  expect(suspects.begin(NEIGHBOUR, "b")).toBe(true);
  expect(suspects.begin(SLOT, "a")).toBe(false);
  suspects.end(NEIGHBOUR);
  expect(suspects.begin(SLOT, "a")).toBe(true);
});

test("Only ends of the child while a callback was told of media alone count against it", () => {
  const suspects = new Suspects();
  expect(Array.from({ length: 6 }, () => suspects.blame(SLOT, "a"))).toEqual([false, false, false, false, false, true]);
  suspects.forget("a");
  expect(suspects.blame(SLOT, "a")).toBe(false);
  expect(suspects.blame(NEIGHBOUR, "a")).toBe(false);
});
