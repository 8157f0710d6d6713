import { expect, test } from "vitest";
import { Suspects } from "../../../src/media/deletion/suspects.ts";

const SLOT = "on_media_deleted of a.Module";

test("A callback is told of media that may have ended its child alone, and of other media at the same time as ever", () => {
  const suspects = new Suspects();
  for (const mediaId of ["a", "b"]) expect(suspects.begin(SLOT, mediaId)).toBe(true);
  for (const mediaId of ["a", "b"]) expect(suspects.end(SLOT, mediaId, true)).toBe(false);
  expect(suspects.begin(SLOT, "a")).toBe(true);
  // Not beside another suspect, and nothing else beside it.
  expect(["b", "c"].map((mediaId) => suspects.begin(SLOT, mediaId))).toEqual([false, false]);
  expect(suspects.begin("another callback", "b")).toBe(true);
  suspects.end(SLOT, "a", false);
  suspects.forget("a");
  expect(["c", "d"].map((mediaId) => suspects.begin(SLOT, mediaId))).toEqual([true, true]);
  expect(suspects.begin(SLOT, "b")).toBe(false);
  suspects.end(SLOT, "c", false);
  expect(suspects.begin(SLOT, "b")).toBe(false);
  suspects.end(SLOT, "d", false);
  expect(suspects.begin(SLOT, "b")).toBe(true);
});

test("Only ends of the child while a callback was told of media alone count against it", () => {
  const suspects = new Suspects();
  const endWith = (mediaId: string): boolean => suspects.begin(SLOT, mediaId) && suspects.end(SLOT, mediaId, true);
  expect(Array.from({ length: 6 }, () => endWith("a"))).toEqual([false, false, false, false, false, true]);
  suspects.forget("a");
  expect(endWith("a")).toBe(false);
});
