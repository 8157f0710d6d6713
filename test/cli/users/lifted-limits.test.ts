import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";

const ALICE = "@alice:example.test";
const MODULE = (limits: string) => `
  import { defineModule } from "synapse-media-bridge";
  export default defineModule({
    name: "lifting",
    setup(api) { api.registerMediaRepositoryCallbacks({ getMediaUploadLimitsForUser: () => (${limits}) }); },
  });`;
const WITHOUT_LIMIT = /none, so the user may upload without limit, in files of up to \d+ bytes each/;

function folderOf(limits: string): CliFolder {
  const folder = new CliFolder({ config: { modules: [{ typescript: "./lifting.ts" }] } });
  writeFileSync(join(folder.path, "lifting.ts"), MODULE(limits));
  return folder;
}

test("call says in words that a module which answers [] lets the user upload without limit", async () => {
  const { stdout } = await folderOf("[]").end(["call", "get_media_upload_limits_for_user", ALICE, "5"]);
  expect(stdout).toMatch(new RegExp(`HTTP: the module's limits: ${WITHOUT_LIMIT.source}`));
});

test("check says it of the configuration, of every module that answers [], and by --try of the one that does", async () => {
  const { stdout } = await folderOf("[]").end(["check", "--try", ALICE]);
  expect(stdout).toMatch(new RegExp(`^limits: +${WITHOUT_LIMIT.source}$`, "m"));
  expect(stdout).toContain(
    "a module that answers an empty list ([]) lifts all limits: that user may upload without limit",
  );
  expect(stdout).toMatch(new RegExp(`^ +the module's limits: ${WITHOUT_LIMIT.source}$`, "m"));
});

test("check --try shows the limits of a module that has some, and says nothing of a module that lets the next one answer", async () => {
  const some = await folderOf("[{ maxBytes: 5, timePeriodMs: 1000 }]").end(["check", "--try", ALICE]);
  expect(some.stdout).toMatch(/^ +the module's limits: 5 bytes in 1000 ms$/m);
  const none = await folderOf("undefined").end(["check", "--try", ALICE]);
  expect(none.stdout).not.toContain("the module's limits");
});
