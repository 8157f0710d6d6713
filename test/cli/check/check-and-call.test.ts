import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CliFolder, type CliEnd } from "../../support/cli.ts";
import { expectRefused } from "../refusals.ts";

const EVERY_TS = new URL("../../fixtures/bad-modules/every.ts", import.meta.url).pathname;
const ALICE = "@alice:example.test";
const LIMIT = '{"maxBytes": 1000, "timePeriodMs": 60000}';

function folderOf(...modules: object[]): CliFolder {
  return new CliFolder({ config: { modules }, mediaBridge: { callbacks: { get_media_config_for_user: { deadline: "1s" } } } }); // prettier-ignore
}
const chain = () =>
  folderOf(
    { module: "every.Every" },
    { typescript: EVERY_TS },
    { module: "every.Every", config: { answer: { a: 1 } } },
  );
const talking = () => folderOf({ module: "every.Every" }, { module: "talking.Talking" });

describe.concurrent("check", () => {
  test("prints every chain in order, the paths, the version it imitates, and what is never fired", async () => {
    const folder = chain();
    const before = folder.files();
    const { status, stdout } = await folder.end(["check"]);
    expect(status).toBe(0);
    for (const path of ["media", "data", "data/media.db", "tokens.yaml"]) {
      expect(stdout).toMatch(new RegExp(`: +${join(folder.path, path)}$`, "m"));
    }
    expect(stdout).toContain(`configuration: ${folder.config}`);
    expect(stdout).toMatch(/^Synapse imitated: 1\.163/m);
    expect(stdout.match(/never fires.*: user_may_invite$/gm)).toHaveLength(2);
    const slots = /^get_media_config_for_user\n((?: {2}.*\n)+)/m.exec(stdout)?.[1]?.trimEnd().split("\n");
    expect(slots).toEqual([
      expect.stringMatching(/^ {2}1\. every\.Every \(python\) Every\.config {2}\/.*\/every\.py$/),
      expect.stringMatching(/^ {2}2\. every \(typescript\) getMediaConfigForUser {2}\/.*\/every\.ts$/),
      expect.stringMatching(/^ {2}3\. every\.Every \(python\) Every\.config {2}\/.*\/every\.py$/),
      "  a module that cannot be asked, or takes more than 1 s: the request is answered 503",
    ]);
    expect(stdout).toContain("takes more than 30 s: it is not told\n");
    expect(folder.files()).toEqual(before);
    expect(folder.processes()).toEqual([]);
  });

  test("holds back what modules do by themselves, as call does but for GET; start does not", async () => {
    let asked = 0;
    const server = createServer((_req, res) => res.end(JSON.stringify({ asked: ++asked }))).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const folder = folderOf({ module: "busy.Busy", config: { path: "written", url } });
    const before = folder.files();
    const checked = await folder.end(["check"]);
    expect([checked.status, checked.stderr]).toEqual([0, ""]);
    expect(asked).toBe(0);
    const called = await folder.end(["call", "get_media_config_for_user", ALICE]);
    expect([called.stderr, called.stdout]).toEqual(["", expect.not.stringContaining("held back")]);
    expect(asked).toBeGreaterThan(0);
    expect(folder.files()).toEqual(before);
    const service = await folder.start();
    expect((await service.request("/_matrix/client/v1/media/config")).status).toBe(200);
    expect(asked).toBeGreaterThan(0);
    await expect.poll(() => folder.files()).toContain("written");
    service.kill("SIGTERM");
    await service.ended;
    server.close();
  });
});

describe.concurrent("call", () => {
  const three = ["1. every.Every (python): continue", "2. every (typescript): continue"];
  test.each([
    ["get_media_config_for_user", [ALICE], "3", '200 {"a":1}', [...three, "3. every.Every (python): stop"]],
    ["is_user_allowed_to_upload_media_of_size", [ALICE, "4"], "no module", "no module objected", three],
    ["is_user_allowed_to_upload_media_of_size", [ALICE, "5"], "1", '413 {"errcode":"M_TOO_LARGE"', ["1. every.Every (python): stop in"]],
    ["get_media_upload_limits_for_user", [ALICE, "5"], "2", "the module's limits: 1000 bytes in 60000 ms", ["2. every (typescript): stop in"]],
    ["on_media_upload_limit_exceeded", [ALICE, LIMIT, "1", "2"], "no module", '403 {"errcode":"M_USER_LIMIT_EXCEEDED"', three],
    ["check_media_file_for_spam", ["spam.txt"], "2", '400 {"errcode":"M_UNKNOWN"', ["2. every (typescript): stop in"]],
    ["check_media_file_for_spam", ["ham.txt"], "no module", "no module objected", three],
    ["on_media_uploaded", [ALICE, "abc", "5"], "no module", "all modules were told", three],
    ["on_media_deleted", ["abc"], "no module", "all modules were told", three],
  ])("%s %j: each slot, who decided, and the answer that follows", async (callback, args, decided, http, slots) => {
    const folder = chain();
    for (const name of ["spam.txt", "ham.txt"]) writeFileSync(join(folder.path, name), "");
    const { status, stdout } = await folder.end(["call", callback, ...args]);
    for (const slot of slots) expect(stdout).toContain(slot);
    expect(stdout).toMatch(/ in \d+(?:\.\d+)? ms/);
    expect(stdout).toContain(`decided by: ${decided}\n`);
    expect(stdout).toContain(`HTTP: ${http}`);
    expect(status).toBe(0);
  }); // prettier-ignore

  test("--json prints JSON and nothing else, whatever modules print", async () => {
    const { status, stdout, stderr } = await chain().end(["call", "get_media_config_for_user", ALICE, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      asked: "configuration",
      callback: "get_media_config_for_user",
      slots: [
        { module: "every.Every", language: "python", outcome: "continue", answer: "nothing" },
        { module: "every", language: "typescript", outcome: "continue", answer: "nothing" },
        { module: "every.Every", outcome: "stop", answer: '{"a":1}', milliseconds: expect.any(Number) as number },
      ],
      decidedBy: 3,
      http: { status: 200, body: '{"a":1}' },
    });
    expect([status, stderr]).toEqual([0, "printed by setup"]);
  });

  test.each([
    ["fail", /2\. talking\.Talking \(python\): error .*RuntimeError: out of order\n[^]*talking\.py", line \d+, in fail/, '500 {"errcode":"M_UNKNOWN"'],
    ["refuse", /2\. .*: error .*403 M_FORBIDDEN: .*not you\n/, '403 {"errcode":"M_FORBIDDEN","error":"not you"}'],
    ["never", /2\. .*: timeout in .*past its deadline/, '503 {"errcode":"M_UNKNOWN"'],
    ["die", /2\. .*: unavailable in .*did not answer: the child closed its channel/, '503 {"errcode":"M_UNKNOWN"'],
    ["wrong", /2\. .*: error .*int/, '500 {"errcode":"M_UNKNOWN"'],
    ["exit", /2\. .*: error .*SystemExit: 5/, '500 {"errcode":"M_UNKNOWN"'],
    ["talk", /2\. .*: stop .*\{"talked":true\}/, '200 {"talked":true}'],
  ])("shows what a module that would %s did, and why", async (how, slot, http) => {
    const { status, stdout } = await talking().end(["call", "get_media_config_for_user", `@${how}:example.test`]);
    expect(stdout).toMatch(slot);
    expect(stdout).toContain("decided by: 2\n");
    expect(stdout).toContain(`HTTP: ${http}`);
    expect(status).toBe(0);
  }); // prettier-ignore

  test.each([
    [["on_full_moon"], /there is no callback on_full_moon; there are get_media_config_for_user, /],
    [["toString"], /there is no callback toString/],
    [["get_media_config_for_user"], /expected get_media_config_for_user <user_id>$/],
    [["get_media_config_for_user", "alice"], /user_id: this is not a user ID/],
    [["on_media_uploaded", ALICE, "abc", "1e3"], /size: this is not a number of bytes; expected on_media_uploaded <user_id> <media_id> <size>/],
    [["on_media_uploaded", ALICE, "abc", "9007199254740993"], /size: this is not a number of bytes/],
    [["on_media_upload_limit_exceeded", ALICE, "{", "1", "2"], /limit: this is not a limit \(such as/],
    [["check_media_file_for_spam", "nowhere.txt"], /path: there is no such file/],
  ])("refuses %j", async (args, said) => {
    const end: CliEnd = await chain().end(["call", ...args]);
    expectRefused(end);
    expect(end.stderr).toMatch(said);
  }); // prettier-ignore
});
