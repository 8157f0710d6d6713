import { describe, expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";
import { FIXTURE_MODULES } from "../../support/service.ts";
import { expectRefused } from "../refusals.ts";

const LIMITS = [{ time_period: "1h", max_size: 1000 }];
const BOB = "@limits:example.test";

describe.concurrent("user", () => {
  test("asks the running service, and the configuration where none runs, and says which; what it tells is the same", async () => {
    const folder = new CliFolder({ config: { modules: [{ module: "twin.Twin" }] }, pythonPath: [FIXTURE_MODULES] });
    folder.write("a.txt", "hello");
    const service = await folder.start();
    const tell = ["user", BOB, "--upload", "3", "--type", "image/png"];
    const running = await folder.end(tell);
    expect([running.status, running.stderr]).toEqual([0, ""]);
    expect(running.stdout).toMatch(/^asked: the running service\n@limits:example\.test\nuploaded:\n/);
    expect(running.stdout).toContain("limits from Twin.limits of twin.Twin (python):\n  1,000 bytes in 1 minute: ");
    expect(running.stdout).toContain("the largest upload that would pass: ");
    expect(running.stdout).toContain(
      "an upload of 3 bytes, image/png, which is not stored:\n  1. max_upload_size: passed",
    );
    service.kill("SIGTERM");
    await service.ended;
    const alone = await folder.end(tell);
    expect([alone.status, alone.stderr]).toEqual([0, ""]);
    const first = "asked: the configuration, by modules that were loaded for this command alone";
    expect(alone.stdout.replace(first, "asked: the running service")).toBe(running.stdout);
  });

  test("prints JSON, and shows a file to the spam checkers of the running service from another working directory", async () => {
    const folder = new CliFolder({ config: { modules: [{ module: "twin.Twin" }] }, pythonPath: [FIXTURE_MODULES] });
    folder.write("code", "hello");
    const service = await folder.start();
    const { stdout } = await folder.end(["user", BOB, "--file", "code", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      asked: "service",
      userId: BOB,
      upload: {
        sizeBytes: 5,
        passes: false,
        steps: { length: 5, 4: { step: "check_media_file_for_spam", outcome: "refused" } },
      },
    });
    service.kill("SIGTERM");
    await service.ended;
  });

  test.each([
    [["alice"], /"alice" is not a user id: expected @name:example\.test/],
    [["@alice:other.test"], /@alice:other\.test is a user of other\.test/],
    [[BOB, "--upload", "many"], /--upload: expected a size/],
    [[BOB, "--upload", "1", "--file", "media-bridge.yaml"], /--upload and --file: expected one of them/],
    [[BOB, "--type", "image/png"], /--type: expected --upload <size> or --file <path>/],
    [[BOB, "--file", "nowhere"], /--file: nowhere is not a file/],
    [[BOB], /There is no database .*: the service has not been started/],
  ])("refuses %j", async (args, said) => {
    const folder = new CliFolder({ config: { media_upload_limits: LIMITS } });
    const before = folder.files();
    const end = await folder.end(["user", ...args]);
    expectRefused(end);
    expect(end.stderr).toMatch(said);
    expect(folder.files()).toEqual(before);
  });
});
