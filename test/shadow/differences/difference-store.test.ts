import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { IgnoreRule } from "../../../src/shadow/compare/ignore.ts";
import { readRuns } from "../../../src/shadow/parity/read-runs.ts";
import { TestClock } from "../../../src/testing/test-clock.ts";
import { CONTINUE, CRASH, LATE, raised, stop } from "../compare/answers.ts";
import { ALLOWED, compared, openStore, PAIR, refused } from "./questions.ts";
import { createDataPath, readRun, countsOf, countRows } from "./read-differences.ts";

let dataPath: string;

beforeEach(() => {
  dataPath = createDataPath();
});

const read = (maxDifferences?: number) => readRun(dataPath, maxDifferences);
const counts = (callback?: string) => countsOf(dataPath, callback);

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
    context: null,
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
        headers: "{}",
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
    expect(countRows(dataPath)).toEqual({ counts: 0, latencies: 0, seen: 0, differences: 0 });
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
