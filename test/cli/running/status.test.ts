import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { VERSION } from "../../../src/version.ts";
import { CliFolder, type CliService } from "../../support/cli.ts";
import { FIXTURE_MODULES } from "../../support/service.ts";

const folder = new CliFolder({
  config: { modules: [{ module: "doorman.Doorman", config: {} }, { typescript: join(FIXTURE_MODULES, "doorman.ts") }] },
});
let service: CliService;

beforeAll(async () => {
  service = await folder.start();
  for (const body of ["fine", "x".repeat(111)]) await (await service.upload(body)).text();
});
afterAll(() => service.kill("SIGKILL"));

test("media-bridge status shows the running service as tables, also without a listener for metrics", async () => {
  const { status, stdout, stderr } = await folder.end(["status"]);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^mode +repository$/m);
  expect(stdout).toMatch(new RegExp(`^process +${service.pid}$`, "m"));
  expect(stdout).toMatch(
    /^ {2}is_user_allowed_to_upload_media_of_size\n {4}doorman\.Doorman +2 +1 +1 +0 +0 +0 +[\d.]+ [mµ]s/m,
  );
  expect(stdout).toMatch(/Z {2}[0-9a-f]{10} +111 bytes {2}doorman\.Doorman \(is_user_\w+\) +413 {2}UPLOAD_TOO_LARGE$/m);
  expect(stdout).not.toContain("alice");
});

test("media-bridge status --json prints the same as data", async () => {
  const { status, stdout } = await folder.end(["status", "--json"]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    version: VERSION,
    pid: service.pid,
    uploads: { stored: 1, storedBytes: 4, refused: 1 },
    children: [{ name: "shared", state: "up" }],
    refusals: [{ code: "UPLOAD_TOO_LARGE", sizeBytes: 111 }],
  });
});

test("media-bridge status says where no service runs", async () => {
  const idle = new CliFolder();
  const { status, stdout, stderr } = await idle.end(["status"]);
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(`media-bridge: no service is running on the data path ${join(idle.path, "data")}`);
});
