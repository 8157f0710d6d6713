import { describe, expect, test } from "vitest";
import { runKillStorm } from "../../faults/storm/kill-storm.ts";

const LONG_MS = 300_000;

describe("a storm of kills", () => {
  test(
    "of the Python child, and of the service, changes no verdict and no quota, loses no upload, completes every deletion, serves every thumbnail and leaves nothing behind",
    { timeout: LONG_MS },
    async () => {
      const notes: string[] = [];
      const { passed, failed } = await runKillStorm({ short: true, seed: 1, note: (text) => notes.push(text) });
      expect([failed, notes.filter((text) => text.includes("wrong"))]).toEqual([0, []]);
      expect(notes.join("\n")).toMatch(
        /the child killed 2[0-4] times[^]*the service 8 times|the service 8 times[^]*the child killed 2[0-4] times/,
      );
      expect(notes.join("\n")).toMatch(/service: .* media stored, [1-9]\d* deleted/);
      expect(notes.join("\n")).toMatch(/service: .* [1-9]\d* thumbnails looked at/);
      expect(passed).toBeGreaterThan(1_000);
    },
  );
});
