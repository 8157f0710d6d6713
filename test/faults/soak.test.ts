import { expect, test } from "vitest";
import { runSoak } from "../../faults/soak/soak.ts";

const LONG_MS = 300_000;

test(
  "A mix of all kinds of requests is answered as it should be, and leaves as many descriptors and threads as it found",
  { timeout: LONG_MS },
  async () => {
    const notes: string[] = [];
    const { passed, failed } = await runSoak({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect([failed, notes.filter((text) => text.includes("wrong"))]).toEqual([0, []]);
    expect(passed).toBeGreaterThan(5_000);
  },
);
