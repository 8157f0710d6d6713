import { expect, test } from "vitest";
import { runQuotaModel } from "../../faults/quota/quota-model.ts";

test(
  "no order of uploads, failures, passing periods and crashes lets a limit be passed, or bytes be lost or counted twice",
  { timeout: 180_000 },
  async () => {
    const notes: string[] = [];
    const { passed } = await runQuotaModel({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect(notes).toEqual([]);
    expect(passed).toBeGreaterThan(100);
  },
);
