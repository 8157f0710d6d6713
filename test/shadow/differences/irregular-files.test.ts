import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRuns } from "../../../src/shadow/parity/read-runs.ts";
import { readKey } from "../../../src/shadow/differences/shadow-key.ts";
import { capture, openStore, refused } from "./questions.ts";
import { createDataPath } from "./read-differences.ts";

/** What may be in the place of a file: made at `path`, with `elsewhere` to point to. */
const IRREGULAR: [what: string, make: (path: string, elsewhere: string) => void][] = [
  ["a link to a file", (path, elsewhere) => symlinkSync(elsewhere, path)],
  ["a link to nothing", (path, elsewhere) => symlinkSync(`${elsewhere}-not-there`, path)],
  ["a pipe", (path) => execFileSync("mkfifo", [path])],
  ["a folder", (path) => mkdirSync(path)],
];

async function keepOne(dataPath: string): Promise<string[]> {
  const { lines, log } = capture();
  const store = openStore(dataPath, { log });
  store.add(refused(10));
  await store.close();
  return lines.filter((line) => line.includes("what has no room is lost"));
}

test.each(IRREGULAR)(
  "Where shadow.db is %s, nothing is written through it, and the log says why",
  async (_what, make) => {
    const dataPath = createDataPath();
    const elsewhere = join(dataPath, "elsewhere");
    writeFileSync(elsewhere, "", { mode: 0o644 });
    make(join(dataPath, "shadow.db"), elsewhere);
    const lines = await keepOne(dataPath);
    expect(lines).toEqual([expect.stringContaining(`${join(dataPath, "shadow.db")} is not a file: move it away`)]);
    expect([readFileSync(elsewhere, "utf8"), statSync(elsewhere).mode & 0o777]).toEqual(["", 0o644]);
    expect(statSync(`${elsewhere}-not-there`, { throwIfNoEntry: false })).toBeUndefined();
    expect(() => readRuns(dataPath, { maxDifferences: 1 })).toThrow("shadow.db is not a file: move it away");
  },
);

test.each(IRREGULAR)("Where shadow.key is %s, it is not read, and the log says why", async (_what, make) => {
  const dataPath = createDataPath();
  const elsewhere = join(dataPath, "elsewhere");
  writeFileSync(elsewhere, "a".repeat(64));
  const path = join(dataPath, "shadow.key");
  make(path, elsewhere);
  expect(await keepOne(dataPath)).toEqual([expect.stringContaining(`${path} is not a file: move it away`)]);
  expect(() => readKey(path)).toThrow(`${path} is not a file: move it away`);
});

test("A database of differences that is moved to a link is not written to any more", async () => {
  const dataPath = createDataPath();
  await keepOne(dataPath);
  const [path, moved] = [join(dataPath, "shadow.db"), join(dataPath, "moved.db")];
  renameSync(path, moved);
  symlinkSync(moved, path);
  const before = readFileSync(moved);
  expect(await keepOne(dataPath)).toHaveLength(1);
  expect(readFileSync(moved).equals(before)).toBe(true);
});
