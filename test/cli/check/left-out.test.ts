import { describe, expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";

const FORGETFUL_TS = new URL("../../fixtures/bad-modules/forgetful.ts", import.meta.url).pathname;

function folderOf(...modules: object[]): CliFolder {
  return new CliFolder({ config: { modules } });
}

/** The lines of `check` below the module's own. */
async function checkOf(module: object): Promise<{ status: number | undefined; said: string[]; stdout: string }> {
  const { status, stdout } = await folderOf(module).end(["check"]);
  const [, text = ""] = /^module 1: .*\n((?: {2}.*\n)*)/m.exec(stdout) ?? [];
  return { status, stdout, said: text.trimEnd().split("\n") };
}

describe.concurrent("A module that registers nothing", () => {
  test.each([
    [{ module: "forgetful.Silent" }, "  registers nothing: no callback and no web resource"],
    [
      { module: "forgetful.Old" },
      "  registers nothing: no callback and no web resource, although it defines check_media_file_for_spam (a spam checker of Synapse's older kind belongs under spam_checker)",
    ],
    [
      { typescript: FORGETFUL_TS },
      "  registers nothing: no callback and no web resource, although it defines isUserAllowedToUploadMediaOfSize",
    ],
  ])("is named by check, with what it defines: %j", async (module, said) => {
    expect(await checkOf(module)).toMatchObject({ status: 0, said: [said] });
  });

  test("is named by the start, in both languages", async () => {
    const service = await folderOf({ module: "forgetful.Old" }, { typescript: FORGETFUL_TS }).start();
    const words = "this module registers nothing";
    expect(await service.logged("forgetful.Old", words)).toContain("check_media_file_for_spam");
    expect(await service.logged('"forgetful"', words)).toContain("isUserAllowedToUploadMediaOfSize");
    service.kill("SIGTERM");
    await service.ended;
  });
});

test("A module that leaves out one of its callbacks is told which, and only of those that a media service fires", async () => {
  expect(await checkOf({ module: "forgetful.Half" })).toMatchObject({
    status: 0,
    said: ["  defines is_user_allowed_to_upload_media_of_size and does not register it, so that it is never called"],
  });
});

describe.concurrent("A callback that does not take what it is called with", () => {
  test("is named by check, which ends with 1, and by the start", async () => {
    const { status, stdout } = await checkOf({ module: "forgetful.Misfit" });
    expect(stdout.match(/does not fit: .*/g)).toEqual([
      "does not fit: takes (), is called with 1 (too many positional arguments)",
      "does not fit: takes (user_id, size, third), is called with 2 (missing a required argument: 'third')",
      "does not fit: takes (), is called with 1 (too many positional arguments)",
      "does not fit: takes (user_id, limit, sent_bytes, *, attempted_bytes), is called with 4 (too many positional arguments)",
    ]);
    expect(status).toBe(1);
    const service = await folderOf({ module: "forgetful.Misfit" }).start();
    await service.logged("forgetful.Misfit", "this callback does not fit", "too_much");
    service.kill("SIGTERM");
    await service.ended;
  });

  test("raises no false alarm for defaults, *args, partials, objects and decorators that hand on more", async () => {
    const { status, stdout } = await checkOf({ module: "forgetful.Fit" });
    expect(stdout).not.toContain("does not fit");
    expect(status).toBe(0);
  });

  test("A TypeScript callback with too few parameters can be called all the same, so check only says so", async () => {
    const { status, stdout } = await checkOf({ typescript: FORGETFUL_TS, config: "misfit" });
    expect(stdout).toContain("does not fit: takes 4 arguments, is called with 3\n");
    expect(status).toBe(0);
  });
});
