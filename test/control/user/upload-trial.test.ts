import { afterAll, beforeAll, expect, test } from "vitest";
import type { TriedUpload } from "../../../src/control/user/user-question.ts";
import { startTestService, type TestService } from "../../support/service.ts";
import { ALICE, ALLOWANCE, askService, BOB, writeText } from "./asker.ts";

const ALLOWED = "is_user_allowed_to_upload_media_of_size";
const LIMITS = "get_media_upload_limits_for_user";
const CONFIG = "get_media_config_for_user";
const SPAM = "check_media_file_for_spam";

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ config: { modules: [ALLOWANCE], max_upload_size: 2000 } });
});
afterAll(() => service.stop());

async function tryUpload(userId: string, upload: TriedUpload) {
  const { upload: trial } = await askService(service, userId, upload);
  if (trial === undefined) throw new Error("no upload was tried");
  return { ...trial, last: trial.steps.at(-1), outcomes: trial.steps.map(({ step, outcome }) => `${step} ${outcome}`) };
}

const PASSED = ["max_upload_size", ALLOWED, LIMITS, CONFIG].map((step) => `${step} passed`);

test.each<[what: string, userId: string, upload: TriedUpload, step: string, detail: string]>([
  ["max_upload_size", BOB, { sizeBytes: 2001 }, "max_upload_size", "413 M_TOO_LARGE"],
  ["a module that looks at the size", BOB, { sizeBytes: 301 }, ALLOWED, "of allowance (typescript): 413 {"],
  ["a module that looks at the declared type", ALICE, { sizeBytes: 1, type: "application/x-elf" }, ALLOWED, "413 {"],
  ["a limit", ALICE, { sizeBytes: 1001 }, LIMITS, "it would pass the limit of 1,000 bytes in 1 hour of limitsOf of allowance (typescript): 403"],
])("a tried upload ends at the step that refuses it: %s", async (_what, userId, upload, step, detail) => {
  const { passes, last } = await tryUpload(userId, upload);
  expect(passes).toBe(false);
  expect(last).toMatchObject({ step, outcome: "refused", detail: expect.stringContaining(detail) as string });
}); // prettier-ignore

test("a tried upload takes every step, and tells what clients are told; without a file the spam check is unknown", async () => {
  const { passes, outcomes, steps } = await tryUpload(BOB, { sizeBytes: 250, type: "image/png" });
  expect(outcomes).toEqual([...PASSED, `${SPAM} unknown`]);
  expect(passes).toBe(true);
  expect(steps[3]?.detail).toContain("at most 200 bytes; one that keeps to it does not send this upload");
  expect(steps[4]?.detail).toBe("cannot be asked without a file: name one with --file");
});

test("a tried file is shown to the spam checkers", async () => {
  const ham = { sizeBytes: 4, file: writeText(service, "ham.txt", "ham!") };
  expect((await tryUpload(ALICE, ham)).outcomes).toEqual([...PASSED, `${SPAM} passed`]);
  const spam = { sizeBytes: 4, file: writeText(service, "spam.txt", "spam") };
  const { passes, last } = await tryUpload(ALICE, spam);
  expect(passes).toBe(false);
  expect(last).toMatchObject({ step: SPAM, detail: expect.stringContaining('400 {"errcode":"M_UNKNOWN"') as string });
});

test("a file that the service cannot read is named", async () => {
  const asking = askService(service, ALICE, { sizeBytes: 1, file: `${service.folder}/nowhere` });
  await expect(asking).rejects.toThrow(/--file: .*nowhere cannot be read .*ENOENT/);
});

test("a tried upload stores nothing, takes nothing of the quota, and tells modules of no limit", async () => {
  await tryUpload(ALICE, { sizeBytes: 1000 });
  await tryUpload(ALICE, { sizeBytes: 1001 });
  const { uploaded, largestUpload } = await askService(service, ALICE);
  expect([uploaded.periods[0]?.bytes, largestUpload.bytes]).toEqual([0, 1000]);
  expect(service.files()).toEqual({});
  const told = await service.request("/_matrix/client/v1/media/config", { as: "bob" });
  expect(await told.json()).toMatchObject({ told: 0 });
});
