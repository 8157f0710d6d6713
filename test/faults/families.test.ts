import { expect, test } from "vitest";
import { FAMILIES, runFamilies } from "../../faults/families/families.ts";
import { MISTAKES } from "../../faults/families/wrong.ts";

const LONG_MS = 600_000;

test(
  "The families of examples/migration answer alike in both languages over HTTP, and each mistake in one is found and named",
  { timeout: LONG_MS },
  async () => {
    const notes: string[] = [];
    const { passed, failed } = await runFamilies({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect(notes).toEqual([
      ...FAMILIES.map(({ name }) => expect.stringMatching(`^${name}: 500 questions, 0 differences`) as string),
      ...MISTAKES.map(
        (mistake) => expect.stringMatching(`^${mistake.name}: ${mistake.class}, found by question \\d+`) as string,
      ),
    ]);
    expect([failed, passed]).toEqual([0, 1500 + MISTAKES.length]);
  },
);
