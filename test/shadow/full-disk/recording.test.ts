import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRecording } from "../../../src/shadow/recording/read-recording.ts";
import { RecordingFile } from "../../../src/shadow/recording/recording-file.ts";
import { newHeader, Recordings } from "../../../src/shadow/recording/recordings.ts";
import type { RecordingOutcome } from "../../../src/shadow/recording/recorder.ts";
import { captureLog } from "../../support/captured-log.ts";
import { canMount, mountDisk } from "./small-disk.ts";

const MODULE = { index: 0, name: "a.B", language: "python" } as const;
const HEADER = newHeader("example.test", "1.0.0");

function openIn(path: string) {
  const log = captureLog();
  const counts: Record<RecordingOutcome, number> = { recorded: 0, lost: 0, full: 0 };
  const recordings = new Recordings({
    serverName: "example.test",
    service: "1.0.0",
    log,
    count: (outcome, questions) => (counts[outcome] += questions),
  });
  const open = () => recordings.open({ path, maxBytes: 1e9, sample: 1 });
  return { open, counts, said: () => log.lines.map(({ message }) => message) };
}

/** The times of all questions of a recording, each of which has to be whole. */
async function timesIn(path: string): Promise<number[]> {
  const warnings: string[] = [];
  const { questions } = await openRecording(path, (warning) => warnings.push(warning));
  const times: number[] = [];
  for await (const { question } of questions) times.push(question.ts);
  expect(warnings).toEqual([]);
  return times;
}

function line(letter: string): string {
  return `${JSON.stringify(letter.repeat(900_000))}\n`;
}

function asked(askedTs: number) {
  return {
    asked: { kind: "on_media_deleted", args: ["x".repeat(1_000)], askedTs },
    said: { outcome: "continue" },
    micros: 1,
  } as const;
}

test.skipIf(!canMount)(
  "Questions that a full disk did not take are counted, and no line is damaged or half written",
  async () => {
    const disk = mountDisk(1);
    const path = join(disk.path, "questions.jsonl");
    const { open, counts, said } = openIn(path);
    const begun = await open();
    for (let ts = 0; ts < 10; ts += 1) begun.take(MODULE, asked(ts));
    await begun.close();
    const full = await open();
    // More than the disk has room for: a part of them is written before that is known.
    for (let ts = 100; ts < 1_600; ts += 1) full.take(MODULE, asked(ts));
    await full.close();
    expect(await timesIn(path)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const later = await open();
    later.take(MODULE, asked(10));
    await later.close();
    expect(await timesIn(path)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(counts).toEqual({ recorded: 11, lost: 1_500, full: 0 });
    expect(said()).toEqual(["questions cannot be recorded (media_bridge.record), and are lost until they can"]);
  },
);

test.skipIf(!canMount)(
  "A recording that cannot be begun on a full disk says why, and leaves no file behind",
  async () => {
    const disk = mountDisk(1);
    const path = join(disk.path, "questions.jsonl");
    disk.fill();
    await expect(openIn(path).open()).rejects.toThrow(`${path} cannot be written: ENOSPC`);
    expect(existsSync(path)).toBe(false);
    disk.free();
    await (await openIn(path).open()).close();
    expect(await timesIn(path)).toEqual([]);
  },
);

test.skipIf(!canMount)(
  "Lines that are added at the same time stay whole, also where the disk is full for some",
  async () => {
    const disk = mountDisk(24);
    const path = join(disk.path, "questions.jsonl");
    const file = await RecordingFile.open(path, HEADER);
    const letters = Array.from("abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
    const added = await Promise.allSettled(letters.map((letter) => file.append(line(letter))));
    const written = letters.filter((_letter, index) => added[index]?.status === "fulfilled");
    expect(written.length).toBeGreaterThan(20);
    expect(written.length).toBeLessThan(letters.length);
    const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((text) => [text.length, text[1]])).toEqual(written.map((letter) => [900_002, letter]));
    expect(file.sizeBytes).toBe(Buffer.byteLength(readFileSync(path)));
    await file.close();
  },
);
