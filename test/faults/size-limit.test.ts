import { expect, test } from "vitest";
import { runSizeLimit } from "../../faults/disk/size-limit.ts";

test.skipIf(process.platform !== "linux")(
  "Where files may not grow any more, an upload and a thumbnail are refused, nothing of them is left, and the service serves on",
  { timeout: 120_000 },
  async () => {
    const notes: string[] = [];
    const { passed } = await runSizeLimit({ note: (text) => notes.push(text) });
    expect(notes).toEqual([]);
    expect(passed).toBe(11);
  },
);
