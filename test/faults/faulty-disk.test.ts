import { expect, test } from "vitest";
import { canShim } from "../../faults/disk/shim.ts";
import { runFaultyDisk } from "../../faults/disk/faulty-disk.ts";

test.skipIf(!canShim())(
  "a disk that fails at any step of an upload, a stop or a start costs what the client was told, and leaves nothing",
  { timeout: 240_000 },
  async () => {
    const notes: string[] = [];
    const { passed } = await runFaultyDisk({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect(notes).toEqual([]);
    expect(passed).toBeGreaterThan(40);
  },
);
