import { describe, expect, test } from "vitest";
import { refuse } from "../cli/refusals.ts";
import { CliFolder } from "../support/cli.ts";
import { FIXTURE_MODULES, startTestService } from "../support/service.ts";

const BAD_LIST = { module: "badlist.BadList", config: { word: "bad" } };
const WITH_API = { module: "badlist.WithApi", config: { word: "worse" } };
const REFUSED = /400 .*"M_UNKNOWN".*Bad content/;

describe("A spam checker of Synapse's older kind", () => {
  test("decides over uploads, with an api or without", async () => {
    const service = await startTestService({ config: { spam_checker: [BAD_LIST, WITH_API] } });
    try {
      await expect(service.upload("a bad one")).rejects.toThrow(REFUSED);
      await expect(service.upload("a worse one")).rejects.toThrow(REFUSED);
      await service.upload("a good one");
      const { facts } = await service.log.waitFor(({ message }) => message.includes("never fires"));
      expect(facts).toMatchObject({ module: "badlist.BadList", callbacks: ["user_may_invite"] });
    } finally {
      await service.stop();
    }
  });

  test("comes after the modules, and check shows its callbacks", async () => {
    const config = { spam_checker: BAD_LIST, modules: [{ module: "every.Every" }] };
    const folder = new CliFolder({ config, pythonPath: [FIXTURE_MODULES] });
    const { status, stdout } = await folder.end(["check"]);
    expect(stdout).toMatch(
      /^check_media_file_for_spam\n {2}1\. every\.Every .*\n {2}2\. badlist\.BadList \(python\) BadList\.check_media_file_for_spam/m,
    );
    expect(stdout).toContain("module 2: badlist.BadList (python, ");
    expect(stdout).not.toContain("warning:");
    expect(status).toBe(0);
  });

  test("A spam checker that cannot be loaded ends the start, and the error names its key", async () => {
    const config = { spam_checker: [{ module: "badlist.Nobody" }], modules: [{ module: "every.Every" }] };
    const message = await refuse(new CliFolder({ config }), ["check"]);
    expect(message).toMatch(
      /spam_checker\[0\] \(module: badlist\.Nobody\) cannot be imported: .*badlist has no class Nobody/,
    );
  });
});

test("check ends with 1 on a key that decides in Synapse and not here, until it is acknowledged", async () => {
  const config = { prevent_media_downloads_from: ["bad.example"] };
  const { status, stdout } = await new CliFolder({ config }).end(["check"]);
  expect(stdout).toMatch(
    /^configuration: .*\nwarning: .*prevent_media_downloads_from: Synapse refuses downloads by this key/,
  );
  expect(status).toBe(1);
  const known = new CliFolder({ config, mediaBridge: { acknowledge: ["prevent_media_downloads_from"] } });
  const { status: then, stdout: said } = await known.end(["check"]);
  expect([then, said.includes("warning:")]).toEqual([0, false]);
});
