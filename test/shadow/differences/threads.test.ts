import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { readRuns } from "../../../src/shadow/parity/read-runs.ts";

test("Shadows in threads of their own write into one new database at the same time, and under one key", async () => {
  const dataPath = mkdtempSync(join(tmpdir(), "shadow-"));
  const file = new URL("store-thread.ts", import.meta.url);
  const ends = [0, 1, 2].map((index) => once(new Worker(file, { workerData: { dataPath, index } }), "exit"));
  expect(await Promise.all(ends)).toEqual([[0], [0], [0]]);
  const runs = readRuns(dataPath, { maxDifferences: 5000 });
  expect(runs.map(({ index, differences }) => [index, differences.length])).toEqual([
    [0, 2000],
    [1, 2000],
    [2, 2000],
  ]);
  for (const { callbacks } of runs) {
    expect(Object.fromEntries(callbacks[0]?.counts ?? [])).toEqual({
      different_effect: 2000,
      users: 1,
      arguments: 2000,
    });
  }
  rmSync(dataPath, { recursive: true });
});
