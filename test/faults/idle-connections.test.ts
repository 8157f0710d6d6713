import { expect, test } from "vitest";
import { runIdleConnections } from "../../faults/idle/idle-connections.ts";

test(
  "A thousand connections that say nothing keep no others from being served, and take little memory",
  { timeout: 120_000 },
  async () => {
    const notes: string[] = [];
    const { passed, failed } = await runIdleConnections({ short: true, seed: 1, note: (text) => notes.push(text) });
    expect(notes).toEqual([]);
    expect([failed, passed]).toEqual([0, 21]);
  },
);
