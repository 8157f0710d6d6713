import { expect, test } from "vitest";
import { runPictures } from "../../faults/pictures/pictures.ts";

const LONG_MS = 300_000;

test(
  "Pictures that are broken in any way end no service, are answered in time with an image or a refusal, and leave nothing behind",
  { timeout: LONG_MS },
  async () => {
    const notes: string[] = [];
    const { passed, failed } = await runPictures({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect([failed, notes.filter((text) => text.startsWith("wrong"))]).toEqual([0, []]);
    expect(passed).toBeGreaterThan(500);
    // Whole thumbnails of each kind and refusals: the pictures are neither all broken nor all whole.
    for (const kind of ["200 image/jpeg", "200 image/png", "200 image/webp", "400"]) {
      expect(notes.join("\n")).toMatch(new RegExp(`[1-9]\\d* × ${kind}`));
    }
  },
);
