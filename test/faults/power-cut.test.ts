import { describe, expect, test } from "vitest";
import { canShim } from "../../faults/disk/shim.ts";
import { runPowerCut } from "../../faults/disk/power-cut.ts";

const LONG_MS = 180_000;

describe.skipIf(!canShim())("a loss of power", () => {
  test(
    "takes nothing that was answered, leaves nothing that was not, and costs no picture its thumbnails, at whatever moment it comes",
    { timeout: LONG_MS },
    async () => {
      const notes: string[] = [];
      const { passed } = await runPowerCut({ short: true, seed: 1, note: (text) => notes.push(text) });
      expect(notes).toEqual([]);
      expect(passed).toBeGreaterThan(40);
    },
  );

  test(
    "takes uploads where the durability is relaxed, so that this program would see it",
    { timeout: LONG_MS },
    async () => {
      const notes: string[] = [];
      await runPowerCut({ short: true, seed: 1, note: (text) => notes.push(text) }, "relaxed");
      expect(notes.join("\n")).toMatch(/was answered 200 and is answered 404 now/);
    },
  );
});
