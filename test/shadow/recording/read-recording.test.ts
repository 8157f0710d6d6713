import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { StartError } from "../../../src/errors.ts";
import { type RecordedQuestion, toLine } from "../../../src/shadow/recording/format.ts";
import { openRecording } from "../../../src/shadow/recording/read-recording.ts";
import { newHeader } from "../../../src/shadow/recording/recordings.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";

const HEADER = toLine(newHeader("example.test", "1.2.3"));
const LIMIT = { max_bytes: "123456789012345678901234567890", time_period_ms: "1.0", info_uri: null, can_upgrade: false, extra: null }; // prettier-ignore
const QUESTIONS: RecordedQuestion[] = [
  { module: "a.B", callback: "is_user_allowed_to_upload_media_of_size", args: ["@a:example.test", 5], said: { outcome: "stop", value: null }, micros: 12, ts: 1, user: "@a:example.test" },
  { module: "a.B", callback: "get_media_upload_limits_for_user", args: ["@a:example.test", 5], said: { outcome: "stop", value: [LIMIT] }, micros: 1, ts: 2 },
  { module: "a.B", callback: "on_media_upload_limit_exceeded", args: ["@a:example.test", LIMIT, 1, 2], said: { outcome: "error", error: { message: "no", answer: { status: 403, errcode: "M_FORBIDDEN", body: '{"left":12345678901234567890}' } } }, micros: 1, ts: 3 },
  { module: "é", callback: "check_media_file_for_spam", args: ["/f", { server_name: null, file_id: "A", url_cache: false, thumbnail: null }], said: { outcome: "timeout" }, micros: 1, ts: 4, file: { bytes: 3, sha256: "ab" } },
]; // prettier-ignore
const HAS_PLACE = /questions\.jsonl(?::\d+: | is empty)/;
const WHOLE = HEADER + QUESTIONS.map(toLine).join("");

function write(content: string | Uint8Array): string {
  const path = join(createTemporaryFolder(), "questions.jsonl");
  writeFileSync(path, content);
  return path;
}

async function read(path: string): Promise<{ questions: RecordedQuestion[]; warnings: string[] }> {
  const warnings: string[] = [];
  const { questions } = await openRecording(path, (warning) => warnings.push(warning));
  const all: RecordedQuestion[] = [];
  for await (const { question } of questions) all.push(question);
  return { questions: all, warnings };
}

test("What was written is read again, integers of any size included", async () => {
  expect(await read(write(WHOLE))).toEqual({ questions: QUESTIONS, warnings: [] });
});

test("A pipe, a device and a folder are refused at once: a pipe is waited for, and a device has no end", async () => {
  const pipe = join(createTemporaryFolder(), "questions.jsonl");
  await execa("mkfifo", [pipe]);
  for (const path of [pipe, "/dev/zero", createTemporaryFolder()]) {
    await expect(read(path)).rejects.toThrow(new StartError("CONFIG", `${path} is not a file: name a recording`));
  }
});

test("A deeply nested line is named as damaged", async () => {
  const deep = "[".repeat(400_000) + "]".repeat(400_000);
  const line = `{"module":"a.B","callback":"on_media_deleted","args":${deep},"said":{"outcome":"continue"},"micros":1,"ts":1}\n`;
  await expect(read(write(HEADER + line))).rejects.toThrow(/questions\.jsonl:2: this line is damaged/);
});

test("A last line that was cut is left out with a warning, and one that only lacks its end is not", async () => {
  const cut = write(WHOLE.slice(0, -20));
  expect(await read(cut)).toEqual({
    questions: QUESTIONS.slice(0, 3),
    warnings: [`${cut}:5: the last line was cut, and is left out`],
  });
  expect(await read(write(WHOLE.slice(0, -1)))).toEqual({ questions: QUESTIONS, warnings: [] });
});

test.each([
  ["", / is empty, and no recording: make one with media-bridge call --record/],
  ["{}\n", /:1: this is not a recording of questions/],
  ["PK\u0003\u0004", /:1: this is not a recording of questions/],
  [HEADER.slice(0, 40), /:1: this is not a recording of questions/],
  [
    HEADER.replace('"version":1', '"version":2'),
    /:1: the recording is of version 2, and this release reads version 1: use release 1\.2\.3, which wrote it, or record anew/,
  ],
  [`${HEADER}{"module":\n${toLine(QUESTIONS[0] as RecordedQuestion)}`, /:2: this line is damaged \(.*\): remove it \(sed -i 2d .*\), or record anew/],
  [WHOLE.replace("get_media_upload_limits", "get_media_upload_limit"), /:3: this line is damaged \(callback is not as it should be\)/],
  [WHOLE.replace('"@a:example.test",5]', '"@a:example.test"]'), /:2: .* takes 2 arguments, and there are 1/],
  [WHOLE.replace('"@a:example.test",5]', '"@a:example.test",9007199254740993]'), /:2: .*9007199254740993 is beyond 2\^53/],
  [WHOLE.replace('"file_id":"A"', '"file_id":7'), /:5: .*info does not describe a file/],
  [`${HEADER}"${"x".repeat(2 ** 20)}"\n`, /:2: .*longer than 1048576 bytes/],
  [Buffer.concat([Buffer.from(HEADER), Buffer.from([0x22, 0xff, 0x22, 0x0a])]), /:2: .*not UTF-8/],
])("A file that is damaged or foreign is refused with its line and a remedy (%#)", async (content, message) => {
  const path = write(content);
  const error: unknown = await read(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StartError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message.startsWith(path)).toBe(true);
}); // prettier-ignore

test("A file that is not there is named", async () => {
  await expect(read("/nowhere/questions.jsonl")).rejects.toThrow(/^\/nowhere\/questions\.jsonl cannot be read: ENOENT/);
});

test("Whatever bytes are changed, a recording is read or refused with the number of a line", async () => {
  const bytes = Buffer.from(WHOLE);
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  const property = fc.asyncProperty(changes, fc.nat(bytes.length), async (changed, length) => {
    const damaged = Buffer.from(bytes.subarray(0, length));
    for (const [at, byte] of changed) if (at < damaged.length) damaged[at] = byte;
    const path = write(damaged);
    const outcome = await read(path).then(
      ({ questions }) => (questions.length <= 4 ? "read" : "too many questions"),
      (error: unknown) => (error instanceof StartError && HAS_PLACE.test(error.message) ? "refused" : error),
    );
    expect(["read", "refused"]).toContain(outcome);
  });
  await fc.assert(property, { numRuns: 300, seed: 7 });
});

test("100,000 questions are read in the memory of a few", async () => {
  const line = toLine({ ...(QUESTIONS[0] as RecordedQuestion), module: "m".repeat(400) });
  const path = write(HEADER + line.repeat(100_000));
  const reader = new URL("../../../src/shadow/recording/read-recording.ts", import.meta.url);
  const program = `
    import { openRecording } from ${JSON.stringify(reader.href)};
    const { questions } = await openRecording(${JSON.stringify(path)}, () => undefined);
    let count = 0;
    for await (const _ of questions) count += 1;
    console.log(count, process.resourceUsage().maxRSS);`;
  const flags = ["--max-old-space-size=40", "--disable-warning=ExperimentalWarning", "--input-type=module"];
  const { stdout } = await execa(process.execPath, [...flags, "-e", program], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
  });
  const [count, maxRssKb] = stdout.split(" ").map(Number);
  expect(count).toBe(100_000);
  // The file has more than 55 MB, and its questions take more than that.
  expect(maxRssKb).toBeLessThan(160_000);
});
