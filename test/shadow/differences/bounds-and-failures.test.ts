import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beforeEach, expect, test } from "vitest";
import { readRuns } from "../../../src/shadow/parity/read-runs.ts";
import { TestClock } from "../../../src/testing/test-clock.ts";
import { raised, stop } from "../compare/answers.ts";
import { ALLOWED, capture, compared, openStore, refused } from "./questions.ts";
import { createDataPath, readRun, countsOf } from "./read-differences.ts";

let dataPath: string;

beforeEach(() => {
  dataPath = createDataPath();
});

const read = (maxDifferences?: number) => readRun(dataPath, maxDifferences);
const counts = (callback?: string) => countsOf(dataPath, callback);

test("Differences are removed a week after they were last seen; what was counted stays", async () => {
  const clock = new TestClock(1000);
  const store = openStore(dataPath, { clock });
  store.add(refused(10, { askedTs: 1000 }));
  store.add(refused(11, { askedTs: 1000 }));
  await clock.advance(4 * 86_400_000);
  store.add(refused(11, { askedTs: clock.now() }));
  await clock.advance(4 * 86_400_000);
  store.add(compared());
  await clock.advance(61_000);
  expect(read().differences.map(({ args, count }) => [args[1], count])).toEqual([[11, 2]]);
  expect(counts()).toMatchObject({ different_effect: 3 });
  await store.close();
});

test("The file never exceeds its bound: the oldest differences make room", async () => {
  const maxBytes = 8_000_000;
  const store = openStore(dataPath, { bounds: { maxBytes } });
  const long = "x".repeat(1000);
  for (let size = 0; size < 3000; size += 1) {
    store.add(refused(size, { askedTs: size, candidate: raised(403, "M_FORBIDDEN", long) }));
  }
  await store.close();
  expect(statSync(join(dataPath, "shadow.db")).size).toBeLessThanOrEqual(maxBytes / 2);
  expect(counts()).toEqual({ different_effect: 3000, users: 1, arguments: 3000 });
  const sizes = read(5000).differences.map(({ args }) => args[1] as number);
  expect(sizes.length).toBeGreaterThan(200);
  expect(Math.min(...sizes)).toBe(3000 - sizes.length);
});

test("A disk that cannot be written is told once, what has no room is counted as lost, and writing goes on later", async () => {
  const clock = new TestClock();
  const { lines, log } = capture();
  const folder = join(dataPath, "data");
  // Not a folder: neither the key nor the database can be made.
  writeFileSync(folder, "");
  const store = openStore(folder, { clock, log });
  store.add(refused(10));
  await clock.advance(30_000);
  expect(lines.filter((line) => line.includes("cannot be written"))).toHaveLength(1);
  rmSync(folder);
  mkdirSync(folder);
  await clock.advance(11_000);
  store.add(refused(11));
  await store.close();
  expect(lines.filter((line) => line.includes("are written again"))).toHaveLength(1);
  const [run] = readRuns(folder, { maxDifferences: 10 });
  expect(Object.fromEntries(run?.callbacks[0]?.counts ?? [])).toMatchObject({ lost: 1, different_effect: 1 });
});

test("While another program holds the database, up to 5,000 questions wait, and more are counted as lost", async () => {
  const clock = new TestClock();
  const { lines, log } = capture();
  const store = openStore(dataPath, { clock, log });
  const holder = new Database(join(dataPath, "shadow.db"));
  holder.exec("begin immediate");
  for (let size = 0; size < 5010; size += 1) store.add(compared({ args: ["@alice:example.test", size] }));
  holder.exec("rollback");
  holder.close();
  await clock.advance(12_000);
  expect(counts()).toEqual({ same: 5000, lost: 10, users: 1, arguments: 5000 });
  expect(lines).toHaveLength(2);
  await store.close();
});

test("Differences that do not fit at all are counted", async () => {
  const store = openStore(dataPath, { bounds: { maxBytes: 500_000 } });
  for (let size = 0; size < 400; size += 1) {
    store.add(refused(size, { candidate: raised(403, "M_FORBIDDEN", "x".repeat(1000)) }));
  }
  await store.close();
  expect(counts()).toEqual({ different_effect: 400, unrecorded: 400, users: 1, arguments: 400 });
});

test("A database that is full with what cannot be pruned loses questions, and nothing else", async () => {
  const { lines, log } = capture();
  const store = openStore(dataPath, { log, bounds: { maxBytes: 8192 } });
  store.add(refused(10));
  store.countDropped(ALLOWED, 1);
  await store.close();
  expect(lines.join("")).toContain("database or disk is full");
  expect(existsSync(join(dataPath, "shadow.db"))).toBe(true);
});

test("A difference that is too long to be kept is counted", async () => {
  const store = openStore(dataPath);
  store.add(compared({ candidate: raised(403, "M_FORBIDDEN", "x".repeat(2 ** 24)) }));
  store.add(compared({ candidate: raised(403, "M_FORBIDDEN", "no") }));
  await store.close();
  expect(counts()).toMatchObject({ different_effect: 2, unrecorded: 1 });
  expect(read().differences).toHaveLength(1);
});

test("An answer that cannot be compared is counted as lost, and told", async () => {
  const { lines, log } = capture();
  const store = openStore(dataPath, { log });
  store.add(compared({ kind: "no_such_callback" as never }));
  store.add(compared());
  await store.close();
  expect(lines).toHaveLength(1);
  expect(counts()).toMatchObject({ same: 1 });
});

test("Reading needs no service and no database, and many may read while one writes", async () => {
  expect(readRuns(dataPath, { maxDifferences: 10 })).toEqual([]);
  const store = openStore(dataPath);
  store.add(refused(1000));
  const reader = new Database(join(dataPath, "shadow.db"));
  reader.exec("begin; select * from runs");
  for (let size = 0; size < 600; size += 1) store.add(refused(size));
  expect(read(1000).differences).toHaveLength(500);
  reader.close();
  await store.close();
  expect(read(1000).differences).toHaveLength(601);
});

test("A file of another program is refused, and so is one of a later release", async () => {
  const path = join(dataPath, "shadow.db");
  const other = new Database(path);
  other.exec("create table a (b)");
  const { lines, log } = capture();
  await openStore(dataPath, { log }).close();
  expect(lines[0]).toContain("was made by another program: move it away");
  expect(() => readRuns(dataPath, { maxDifferences: 1 })).toThrow("was made by another program: move it away");
  other.exec("drop table a");
  other.close();
  await openStore(dataPath).close();
  const later = new Database(path);
  later.pragma("user_version = 99");
  later.close();
  expect(() => readRuns(dataPath, { maxDifferences: 1 })).toThrow("has schema version 99");
});

test("A database that is deleted meanwhile is begun anew", async () => {
  const clock = new TestClock();
  const store = openStore(dataPath, { clock });
  store.add(compared());
  await clock.advance(1000);
  expect(counts()).toMatchObject({ same: 1 });
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(dataPath, `shadow.db${suffix}`), { force: true });
  store.add(compared({ original: stop() }));
  await store.close();
  expect(counts()).toMatchObject({ different_effect: 1 });
  expect(counts()["same"] ?? 0).toBe(0);
});
