import { expect, test } from "vitest";
import { runWireFuzz } from "../../faults/wire/wire-fuzz.ts";

const LONG_MS = 180_000;

test(
  "Whatever comes over the wire, every call settles, no side crashes or hangs, and both take the same frames for sound",
  { timeout: LONG_MS },
  async () => {
    const notes: string[] = [];
    const { passed, failed } = await runWireFuzz({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect(notes).toEqual([expect.stringMatching(/^\d+ frames to the host, \d+ to the child/)]);
    expect(passed).toBeGreaterThan(200);
    expect(failed).toBe(0);
  },
);
