import { expect, test } from "vitest";
import { canShim } from "../../faults/disk/shim.ts";
import { runFullDisk } from "../../faults/disk/full-disk.ts";

test.skipIf(!canShim())(
  "What an administrator changes on a full disk is refused in words, logged once, and nothing is half done",
  { timeout: 120_000 },
  async () => {
    const notes: string[] = [];
    const { passed } = await runFullDisk({ note: (text) => notes.push(text) });
    expect(notes).toEqual([]);
    expect(passed).toBe(7);
  },
);
