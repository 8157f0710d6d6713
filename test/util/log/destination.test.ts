import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createLogger } from "../../../src/util/log.ts";
import { BatchedOutput } from "../../../src/util/log/batched-output.ts";
import { FileDestination } from "../../../src/util/log/file-destination.ts";
import { MAX_WAITING, StreamDestination } from "../../../src/util/log/stream-destination.ts";

let folder: string;
/** Of a pipe that takes 64 KiB, and then says at once that it is full, as a disk does. */
let fd: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "media-bridge-log-"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  fd = openSync(join(folder, "pipe"), constants.O_RDWR | constants.O_NONBLOCK);
});
afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

/** Everything that was written since the last look. */
function read(): string {
  const bytes = Buffer.alloc(256 * 1024);
  return bytes.toString("utf8", 0, readSync(fd, bytes));
}

const parse = (text: string) =>
  text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, unknown>]));

test("A file that is full loses lines; once there is room, the log says how many and why, and continues at the beginning of a line", () => {
  const log = createLogger("info", new BatchedOutput(new FileDestination(fd)));
  for (let n = 0; n < 100; n += 1) log.warn({ n }, "x".repeat(10_000));
  const kept = read().split("\n");
  const whole = kept.slice(0, -1).map((line) => (JSON.parse(line) as { n: number }).n);
  // The pipe filled up in the middle of a line.
  expect(kept.at(-1)).not.toBe("");
  expect(whole).toEqual([...whole.keys()]);
  log.warn({}, "there is room");
  log.warn({}, "again");
  const [torn, ...lines] = read().split("\n");
  expect(torn).toBe("");
  expect(parse(lines.join("\n"))).toMatchObject([
    { msg: "there is room" },
    { lines: 100 - whole.length, reason: "EAGAIN", msg: expect.stringContaining("lines were left out") as string },
    { msg: "again" },
  ]);
});

test("A device without room does not raise an error in the code that logs, and takes nothing", () => {
  const full = openSync("/dev/full", "w");
  const destination = new FileDestination(full);
  const log = createLogger("info", new BatchedOutput(destination));
  for (let n = 0; n < 3; n += 1) log.error({ n }, "lost");
  expect(destination.takeLost()).toBeUndefined();
  closeSync(full);
});

test("Lines that wait for a slow reader are bounded, and it is told how many it has missed", async () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  const destination = new StreamDestination(stream);
  const log = createLogger("info", new BatchedOutput(destination));
  for (let n = 0; n < 300; n += 1) log.warn({ n }, "x".repeat(10_000));
  expect(stream.writableLength + stream.readableLength).toBeLessThan(MAX_WAITING + 20_000);
  let text = "";
  stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await destination.drain(60_000);
  const kept = parse(text).length;
  text = "";
  log.warn({}, "again");
  await destination.drain(60_000);
  expect(parse(text)).toMatchObject([{ lines: 300 - kept, reason: expect.any(String) as string }, { msg: "again" }]);
});

test("A log whose reader is gone takes lines and keeps none", async () => {
  const stream = new PassThrough();
  const destination = new StreamDestination(stream);
  const log = createLogger("info", new BatchedOutput(destination));
  stream.destroy(new Error("EPIPE"));
  for (let n = 0; n < 300; n += 1) log.warn({ n }, "x".repeat(10_000));
  expect(stream.writableLength).toBe(0);
  await destination.drain(60_000);
  expect(destination.takeLost()).toBeUndefined();
});
