import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { startService, type RunningService } from "../../src/server/start.ts";
import type { RecordedQuestion } from "../../src/shadow/recording/format.ts";
import { openRecording } from "../../src/shadow/recording/read-recording.ts";
import { createTemporaryFolder } from "../storage/files/temporary-folder.ts";
import { captureLog } from "../support/captured-log.ts";
import { findFreePort } from "../support/free-port.ts";
import { FIXTURE_MODULES, writeConfig } from "../support/service.ts";

const ALICE = "@alice:example.test";
const MODULES = [{ module: "plain_limits.Limits", config: {} }, { typescript: "./checker.ts" }];
const PYTHON = `
class Limits:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.allowed, on_media_uploaded=self.uploaded
        )

    async def allowed(self, user, size):
        return size <= 100

    async def uploaded(self, user, media_id, size):
        pass
`;
const TYPESCRIPT = `
import { defineModule } from "synapse-media-bridge";
export default defineModule({
  name: "checker",
  setup(api) {
    api.registerSpamCheckerCallbacks({ checkMediaFileForSpam: () => false });
  },
});
`;

const running: RunningService[] = [];
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop(5_000);
});

async function start(record: object | undefined, port = 0) {
  const folder = createTemporaryFolder();
  writeFileSync(join(folder, "plain_limits.py"), PYTHON);
  writeFileSync(join(folder, "checker.ts"), TYPESCRIPT);
  const write = (recording: object | undefined) =>
    writeConfig(folder, join(folder, "media"), {
      config: { modules: MODULES },
      pythonPath: [FIXTURE_MODULES, folder],
      mediaBridge: { record: recording, ...(port > 0 && { metrics: { host: "127.0.0.1", port } }) },
    });
  const config = write(record);
  const log = captureLog();
  const service = await startService(loadConfig([config]).config, log, {
    readConfig: () => loadConfig([config]).config,
  });
  running.push(service);
  const base = `http://127.0.0.1:${(service.address as AddressInfo).port}`;
  const upload = async (bytes: number) => {
    const headers = { Authorization: "Bearer token-of-alice", "Content-Type": "text/plain" };
    const url = `${base}/_matrix/media/v3/upload`;
    return (await fetch(url, { method: "POST", headers, body: "x".repeat(bytes) })).status;
  };
  const reload = async (recording: object | undefined) => {
    write(recording);
    await service.reload();
  };
  return { folder, service, log, upload, reload, config };
}

async function questionsIn(path: string): Promise<RecordedQuestion[]> {
  const { questions } = await openRecording(path, (warning) => expect.unreachable(warning));
  const all: RecordedQuestion[] = [];
  for await (const { question } of questions) all.push(question);
  return all;
}

async function end(service: RunningService): Promise<void> {
  running.splice(0);
  await service.stop(5_000);
}

test("Live traffic is recorded: each module's questions and answers, users and files, for the owner alone", async () => {
  const port = await findFreePort();
  const { folder, service, upload, config } = await start({ path: "./questions.jsonl" }, port);
  expect(loadConfig([config]).warnings).toEqual([
    expect.stringMatching(/media_bridge\.record: .* recorded with user ids as they are, up to 104857600 bytes, in \/.*questions\.jsonl/),
  ]);
  expect([await upload(3), await upload(101)]).toEqual([200, 413]);
  const path = join(folder, "questions.jsonl");
  const countOf = async (outcome: string) => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(new RegExp(`recorded_questions_total\\{outcome="${outcome}"\\} (\\d+)`).exec(text)?.[1]);
  };
  await expect.poll(() => countOf("recorded"), { timeout: 20_000 }).toBe(4);
  expect([await countOf("lost"), await countOf("full")]).toEqual([0, 0]);
  await end(service);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const questions = await questionsIn(path);
  const [first, file, second, told] = ["continue", "checker", "stop", "on_media_uploaded"].map((word) =>
    questions.find(({ callback, module, said }) => [callback, module, said.outcome].includes(word)),
  );
  expect(questions).toHaveLength(4);
  const python = { module: "plain_limits.Limits", callback: "is_user_allowed_to_upload_media_of_size", user: ALICE };
  expect(first).toMatchObject({ ...python, args: [ALICE, 3], said: { outcome: "continue" } });
  expect(second).toMatchObject({ ...python, args: [ALICE, 101], said: { outcome: "stop", value: null } });
  expect(told).toMatchObject({ callback: "on_media_uploaded", args: [ALICE, expect.any(String), 3] });
  expect(file).toMatchObject({ callback: "check_media_file_for_spam", user: ALICE, file: { bytes: 3, sha256: expect.stringMatching(/^cd2eb0837c9b/) as string } });
}, 60_000); // prettier-ignore

test("A reload switches the recording on and off, and to another file", async () => {
  const { folder, service, upload, reload } = await start(undefined);
  await upload(3);
  await reload({ path: "./one.jsonl" });
  await upload(4);
  await reload({ path: "./one.jsonl", sample: "100%" });
  await upload(5);
  await reload({ path: "./two.jsonl" });
  await upload(6);
  await reload(undefined);
  await upload(7);
  await end(service);
  const sizesIn = async (name: string) =>
    (await questionsIn(join(folder, name)))
      .filter(({ callback }) => callback === "is_user_allowed_to_upload_media_of_size")
      .map(({ args }) => args[1]);
  expect([await sizesIn("one.jsonl"), await sizesIn("two.jsonl")]).toEqual([[4, 5], [6]]);
}, 60_000); // prettier-ignore

test("A full recording stops once, and requests are answered as before", async () => {
  const { folder, service, upload, log } = await start({ path: "./questions.jsonl", max_bytes: "600" });
  for (let size = 1; size <= 5; size += 1) expect(await upload(size)).toBe(200);
  await log.waitFor(({ message }) => message.includes("nothing more is recorded"));
  expect([await upload(6), await upload(101)]).toEqual([200, 413]);
  await end(service);
  expect(statSync(join(folder, "questions.jsonl")).size).toBeLessThanOrEqual(600);
  expect(log.lines.filter(({ message }) => message.includes("nothing more is recorded"))).toHaveLength(1);
});

test("A file that cannot hold a recording ends the start, and leaves a reload without effect", async () => {
  await expect(start({ path: "/nowhere/questions.jsonl" })).rejects.toThrow(
    "/nowhere/questions.jsonl cannot be written: ENOENT",
  );
  const { folder, upload, reload } = await start(undefined);
  mkdirSync(join(folder, "open"));
  chmodSync(join(folder, "open"), 0o777);
  await expect(reload({ path: "./open/questions.jsonl" })).rejects.toThrow("other users may write to the folder");
  expect(await upload(3)).toBe(200);
  expect(() => readFileSync(join(folder, "open/questions.jsonl"))).toThrow("ENOENT");
});

test.each([
  [{ path: "./a", sample: "101%" }, /record\.sample: expected a percentage from 0% to 100%/],
  [{ path: "./a", sample: 0.5 }, /record\.sample: expected a percentage/],
  [{ max_bytes: "1M" }, /record\.path: expected a path/],
  [{ path: "./a", max_size: "1M" }, /record\.max_size/],
])("%j is refused with the key", async (record, message) => {
  await expect(start(record)).rejects.toThrow(message);
});
