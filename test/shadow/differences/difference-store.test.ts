import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { IgnoreRule } from "../../../src/shadow/compare/ignore.ts";
import { readRuns, type RunTally } from "../../../src/shadow/parity/read-runs.ts";
import { TestClock } from "../../../src/testing/test-clock.ts";
import { CONTINUE, CRASH, LATE, raised, stop } from "../compare/answers.ts";
import { ALLOWED, capture, compared, openStore, PAIR, refused } from "./questions.ts";

let dataPath: string;

beforeEach(() => {
  dataPath = mkdtempSync(join(tmpdir(), "shadow-"));
});

afterEach(() => rmSync(dataPath, { recursive: true, force: true }));

function read(maxDifferences = 100): RunTally {
  const [run] = readRuns(dataPath, { maxDifferences });
  if (run === undefined) throw new Error("there is no run");
  return run;
}

function counts(callback = ALLOWED): Record<string, number> {
  return Object.fromEntries(read().callbacks.find((found) => found.callback === callback)?.counts ?? []);
}

/** Rows of all runs together. */
function countRows(): Record<string, number> {
  const db = new Database(join(dataPath, "shadow.db"));
  try {
    const tables = ["counts", "latencies", "seen", "differences"];
    return Object.fromEntries(
      tables.map((table) => [table, db.prepare(`select count(*) from ${table}`).pluck().get() as number]),
    );
  } finally {
    db.close();
  }
}

test("Each class is counted, and each difference is kept once with its count and its times", async () => {
  const store = openStore(dataPath);
  store.add(compared());
  store.add(refused(10, { askedTs: 1000 }));
  store.add(refused(10, { askedTs: 3000 }));
  store.add(refused(11));
  store.add(compared({ candidate: CRASH }));
  store.add(compared({ candidate: LATE }));
  store.add(compared({ original: CRASH }));
  store.add(compared({ original: stop(), candidate: raised(413, "M_TOO_LARGE", "no") }));
  store.countDropped(ALLOWED, 7);
  await store.close();
  expect(counts()).toEqual({
    same: 1,
    different_effect: 3,
    candidate_failed: 1,
    candidate_late: 1,
    control_failed: 1,
    worded_differently: 1,
    dropped: 7,
    users: 1,
    arguments: 2,
  });
  const { differences } = read();
  expect(differences).toHaveLength(5);
  expect(differences.find((found) => found.count === 2)).toEqual({
    callback: ALLOWED,
    class: "different_effect",
    user: "@alice:example.test",
    args: ["@alice:example.test", 10],
    file: null,
    original: CONTINUE,
    candidate: stop(),
    effects: {
      original: { follows: "pass" },
      candidate: {
        follows: "error",
        status: 413,
        errcode: "M_TOO_LARGE",
        error: "Upload request body is too large",
        fields: "{}",
      },
    },
    originalMicros: 100,
    candidateMicros: 50,
    count: 2,
    firstTs: 1000,
    lastTs: 3000,
  });
});

test("Only the owner may read the database and the key, which is made once", async () => {
  await openStore(dataPath).close();
  const key = readFileSync(join(dataPath, "shadow.key"), "utf8");
  for (const name of ["shadow.db", "shadow.key"]) expect(statSync(join(dataPath, name)).mode & 0o777).toBe(0o600);
  await openStore(dataPath).close();
  expect(readFileSync(join(dataPath, "shadow.key"), "utf8")).toBe(key);
  expect(key).toMatch(/^[0-9a-f]{64}\n$/);
});

test("The path of a file is replaced, and the file is kept as its hash and its length", async () => {
  const path = join(dataPath, "holiday plans");
  writeFileSync(path, "abc");
  const info = { server_name: null, file_id: "abcdef", url_cache: false, thumbnail: null };
  const question = {
    kind: "check_media_file_for_spam",
    args: [path, info],
    file: { path, lengthBytes: 3 },
    user: "@bob:example.test",
    candidate: stop(),
  } as const;
  const store = openStore(dataPath);
  store.add(compared(question));
  store.add(compared({ ...question, args: [path, { ...info, file_id: "ghijkl" }] }));
  await store.close();
  const [difference, ...others] = read().differences;
  expect(others).toEqual([]);
  expect(difference).toMatchObject({
    count: 2,
    user: "@bob:example.test",
    args: [expect.stringMatching(/^hmac:[0-9a-f]{16}$/), info],
    file: { sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", lengthBytes: 3 },
  });
  expect(counts("check_media_file_for_spam")).toMatchObject({ different_effect: 2, arguments: 1, users: 1 });
  expect(readFileSync(join(dataPath, "shadow.db")).includes("holiday")).toBe(false);
});

test("The run goes on after a restart, and begins anew where a module or its configuration has changed", async () => {
  for (let start = 0; start < 2; start += 1) {
    const store = openStore(dataPath);
    store.add(refused(10));
    await store.close();
  }
  expect(counts()).toMatchObject({ different_effect: 2 });
  for (const change of [{ filesHash: "4".repeat(64) }, { configHash: "5".repeat(64) }]) {
    const pair = { ...PAIR, candidate: { ...PAIR.candidate, ...change } };
    await openStore(dataPath, { pair }).close();
    expect(read()).toMatchObject({ candidate: change, callbacks: [], differences: [] });
    expect(countRows()).toEqual({ counts: 0, latencies: 0, seen: 0, differences: 0 });
    const store = openStore(dataPath);
    store.add(refused(10));
    await store.close();
    expect(counts()).toEqual({ different_effect: 1, users: 1, arguments: 1 });
  }
});

test("A store whose modules were replaced writes nothing into the run of their successors", async () => {
  const old = openStore(dataPath);
  const pair = { ...PAIR, candidate: { ...PAIR.candidate, filesHash: "4".repeat(64) } };
  const next = openStore(dataPath, { pair });
  old.add(refused(10));
  await old.close();
  await next.close();
  expect(read()).toMatchObject({ candidate: pair.candidate, callbacks: [], differences: [] });
});

test("Two shadows of one service write side by side", async () => {
  const first = openStore(dataPath);
  const second = openStore(dataPath, { pair: { ...PAIR, index: 1 } });
  first.add(refused(10));
  second.add(refused(11));
  second.add(refused(12));
  await Promise.all([first.close(), second.close()]);
  const runs = readRuns(dataPath, { maxDifferences: 10 });
  expect(runs.map(({ index, differences }) => [index, differences.length])).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test("What is compared is written within a second, or at once after 500 questions", async () => {
  const clock = new TestClock();
  const store = openStore(dataPath, { clock });
  store.add(compared());
  await clock.advance(999);
  expect(read().callbacks).toEqual([]);
  await clock.advance(1);
  expect(counts()).toMatchObject({ same: 1 });
  for (let question = 0; question < 500; question += 1) store.add(compared());
  expect(counts()).toMatchObject({ same: 501 });
  await store.close();
});

test("What the original says when it is asked twice is counted, but never of a notification", async () => {
  const store = openStore(dataPath);
  store.add(compared({ again: CONTINUE }));
  store.add(compared({ again: stop() }));
  store.add(compared({ again: LATE }));
  store.add(compared({ kind: "on_media_deleted", args: ["abc"], again: CRASH }));
  await store.close();
  expect(counts()).toMatchObject({ noise_asked: 2, noise_disagreed: 1 });
  expect(counts("on_media_deleted")).toEqual({ same: 1, arguments: 1 });
});

test("An ignored difference is counted as ignored, and one that it cannot judge as a difference", async () => {
  const ignore = new IgnoreRule(
    (_callback, args) => {
      if (args[1] === 12) throw new Error("no");
      return args[1] === 11;
    },
    () => undefined,
  );
  const store = openStore(dataPath, { ignore });
  for (const size of [10, 11, 12]) store.add(refused(size));
  store.add(compared({ args: ["@alice:example.test", 11], candidate: CRASH }));
  await store.close();
  expect(counts()).toMatchObject({ ignored: 1, different_effect: 2, candidate_failed: 1, ignore_failed: 1 });
  expect(read().differences.map(({ args }) => args[1])).toEqual([10, 12, 11]);
});

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
