import { expect, test } from "vitest";
import { runRestarts } from "../../faults/restarts/restarts.ts";

const LONG_MS = 300_000;

test(
  "Restarts under uploads refuse none of them and fail none: not on new connections, not on kept ones, not on idle ones that are used at the very moment",
  { timeout: LONG_MS },
  async () => {
    const notes: string[] = [];
    const { passed, failed } = await runRestarts({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect(notes).toEqual([]);
    expect([failed, passed > 60]).toEqual([0, true]);
  },
);
