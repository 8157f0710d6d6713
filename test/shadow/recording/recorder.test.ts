import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Recorder, type RecordingOutcome } from "../../../src/shadow/recording/recorder.ts";
import { expectRecordable, RecordingFile } from "../../../src/shadow/recording/recording-file.ts";
import { newHeader } from "../../../src/shadow/recording/recordings.ts";
import type { Answered } from "../../../src/shadow/asked.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { captureLog } from "../../support/captured-log.ts";

const HEADER = newHeader("example.test", "1.0.0");
const MODULE = { index: 0, name: "a.B", language: "python" } as const;
const asked = (ts: number): Answered => ({
  asked: { kind: "on_media_deleted", args: ["abc"], askedTs: ts },
  said: { outcome: "continue" },
  micros: 1,
});

function counter() {
  const counts: Record<RecordingOutcome, number> = { recorded: 0, lost: 0, full: 0 };
  return { counts, count: (outcome: RecordingOutcome, questions: number) => (counts[outcome] += questions) };
}

function linesOf(path: string): { ts?: number }[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as { ts?: number });
}

test("A recording is its owner's alone; it is continued, and a line that was cut before is removed", async () => {
  const path = join(createTemporaryFolder(), "r.jsonl");
  const first = await RecordingFile.open(path, HEADER);
  await first.append('{"ts":1}\n{"ts":2');
  await first.close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const second = await RecordingFile.open(path, HEADER);
  await second.append('{"ts":3}\n');
  expect(second.sizeBytes).toBe(statSync(path).size);
  await second.close();
  expect(linesOf(path).map(({ ts }) => ts)).toEqual([undefined, 1, 3]);
});

async function refused(path: string, message: RegExp): Promise<void> {
  await expect(RecordingFile.open(path, HEADER)).rejects.toThrow(message);
  await expect(expectRecordable(path, "example.test")).rejects.toThrow(message);
}

test("A place where others may write, a link, another server's recording and a foreign file are refused, and stay as they are", async () => {
  const folder = createTemporaryFolder();
  const open = join(folder, "open");
  mkdirSync(open);
  chmodSync(open, 0o777);
  await refused(join(open, "r"), /other users may write to the folder .*chmod go-w/);
  writeFileSync(join(folder, "readable"), "", { mode: 0o644 });
  await refused(join(folder, "readable"), /other users may read or write it.*chmod 600/);
  symlinkSync("elsewhere", join(folder, "link"));
  await refused(join(folder, "link"), /is a symbolic link/);
  writeFileSync(join(folder, "foreign"), "root:x:0:0\n", { mode: 0o600 });
  await refused(join(folder, "foreign"), /foreign:1: this is not a recording/);
  expect(readFileSync(join(folder, "foreign"), "utf8")).toBe("root:x:0:0\n");
  await (await RecordingFile.open(join(folder, "other"), newHeader("other.test", "1"))).close();
  await refused(join(folder, "other"), /is a recording of other\.test, not of example\.test/);
  await refused(join(folder, "none/r"), /cannot be written: ENOENT/);
});

test("A full recording says so once, and what comes later is counted", async () => {
  const path = join(createTemporaryFolder(), "r.jsonl");
  const file = await RecordingFile.open(path, HEADER);
  const log = captureLog();
  const { counts, count } = counter();
  const recorder = new Recorder(file, { maxBytes: file.sizeBytes + 300, sample: 1, log, count });
  for (let ts = 0; ts < 10; ts += 1) recorder.take(MODULE, asked(ts));
  await recorder.close();
  recorder.take(MODULE, asked(10));
  await recorder.close();
  expect(statSync(path).size).toBeLessThanOrEqual(file.sizeBytes + 300);
  expect(counts.recorded).toBe(linesOf(path).length - 1);
  expect(counts.recorded).toBeGreaterThan(0);
  expect(counts.recorded + counts.full).toBe(11);
  expect(log.lines.filter(({ message }) => message.includes("is full"))).toHaveLength(1);
  await file.close();
});

test("A disk that is full costs questions, is reported once, and is written to again once it has room", async () => {
  const { counts, count } = counter();
  const log = captureLog();
  let isFull = true;
  const written: string[] = [];
  const file = {
    sizeBytes: 0,
    append: async (lines: string) => {
      if (isFull) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      written.push(lines);
    },
  };
  const recorder = new Recorder(file, { maxBytes: 1e9, sample: 1, log, count });
  for (const ts of [1, 2]) {
    recorder.take(MODULE, asked(ts));
    await recorder.close();
  }
  isFull = false;
  recorder.take(MODULE, asked(3));
  await recorder.close();
  expect(counts).toEqual({ recorded: 1, lost: 2, full: 0 });
  expect(written).toHaveLength(1);
  expect(log.lines.map(({ level }) => level)).toEqual(["error", "info"]);
});

test("While the disk is slow no more questions wait than there is room for", async () => {
  const { counts, count } = counter();
  const file = { sizeBytes: 0, append: async () => undefined };
  const recorder = new Recorder(file, { maxBytes: 1e9, sample: 1, log: captureLog(), count });
  for (let ts = 0; ts < 2_500; ts += 1) recorder.take(MODULE, asked(ts));
  expect(counts.lost).toBe(500);
  await recorder.close();
  expect(counts.recorded).toBe(2_000);
});

test("A share of the questions is recorded", async () => {
  const { counts, count } = counter();
  const draws = [0.1, 0.49, 0.5, 0.9];
  const recorder = new Recorder(
    { sizeBytes: 0, append: async () => undefined },
    { maxBytes: 1e9, sample: 0.5, log: captureLog(), count, random: () => draws.shift() ?? 1 },
  );
  for (let ts = 0; ts < 4; ts += 1) recorder.take(MODULE, asked(ts));
  await recorder.close();
  expect(counts.recorded).toBe(2);
});
