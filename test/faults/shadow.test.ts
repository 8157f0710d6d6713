import { expect, test } from "vitest";
import { runShadow } from "../../faults/shadow/shadow.ts";

test(
  "Shadows that hang, crash, lie, leak or print without end change no answer of the modules, and take no more than they may",
  { timeout: 300_000 },
  async () => {
    const notes: string[] = [];
    const { passed, failed } = await runShadow({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect(notes.filter((note) => note.startsWith("wrong"))).toEqual([]);
    expect([failed, passed]).toEqual([0, 3_000]);
  },
);
