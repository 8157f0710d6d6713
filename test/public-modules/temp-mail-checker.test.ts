import { expect, test } from "vitest";
import { CliFolder } from "../support/cli.ts";
import { pythonWith } from "./support/packages.ts";
import { downloadMedia, uploadMedia } from "./support/requests.ts";

const folder = new CliFolder({
  config: {
    modules: [
      { module: "matrix-temp-mail-checker.TempMailChecker", config: { blocked_domains_file: "/nowhere/domains.txt" } },
    ],
  },
  mediaBridge: { python: pythonWith("matrix-temp-mail-checker") },
});

test("matrix-temp-mail-checker is loaded by its name, which has dashes, and check says that its callback is never fired here", async () => {
  const { status, stdout, stderr } = await folder.end(["check"]);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/TempMailChecker .*\n.* never fires .*: check_registration_for_spam\n/);
});

test("matrix-temp-mail-checker decides about registrations alone: uploads and downloads work beside it", async () => {
  const service = await folder.start();
  const mediaId = await uploadMedia(service, "hello");
  expect(await (await downloadMedia(service, mediaId)).text()).toBe("hello");
});
