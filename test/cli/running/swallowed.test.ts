import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { json, startStubHomeserver, type StubHomeserver } from "../../homeserver/stub-homeserver.ts";
import { CliFolder } from "../../support/cli.ts";
import { FIXTURE_MODULES } from "../../support/service.ts";
import { refuse } from "../refusals.ts";

const TYPESCRIPT = new URL("../../fixtures/bad-modules/swallowing.ts", import.meta.url).pathname;
const QUIET = new URL("../../fixtures/bad-modules/quiet.ts", import.meta.url).pathname;
const CALL = "get_media_config_for_user";

function swallowing(): CliFolder {
  return new CliFolder({ config: { modules: [{ module: "swallowing.Swallowing" }, { typescript: TYPESCRIPT }] } });
}

describe.concurrent("call shows what modules log of errors that they pass over", () => {
  const PYTHON =
    /1\. swallowing\.Swallowing \(python\): continue .*\n {5}logged error: the list of (\w+) is passed over\n {5}Traceback[^]*LookupError: no such list\n2\. /;

  test.each(["atonce", "later", "thread"])("%s", async (how) => {
    const { status, stdout } = await swallowing().end(["call", CALL, `@${how}:example.test`]);
    expect(PYTHON.exec(stdout)?.[1]).toBe(how);
    expect(stdout).toMatch(
      /2\. swallowing \(typescript\): continue .*\n {5}logged error: passed over: RangeError: no such list\n/,
    );
    expect(stdout).not.toContain("nothing to tell");
    expect(status).toBe(0);
  });

  test("printed to stderr, and warnings, in JSON as well", async () => {
    const printed = await swallowing().end(["call", CALL, "@print:example.test"]);
    expect(printed.stdout).toMatch(/logged error: Traceback[^]*LookupError: no such list/);
    const { stdout } = await swallowing().end([
      "call",
      "is_user_allowed_to_upload_media_of_size",
      "@a:example.test",
      "5",
      "--json",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ slots: [{ outcome: "continue", said: ["warning: 5 bytes are many"] }] });
  });

  test("call shows what modules of the running service log of swallowed errors, for this call alone", async () => {
    const folder = swallowing();
    const service = await folder.start();
    const [{ stdout }, silent] = await Promise.all([
      folder.endBare(["call", CALL, "@later:example.test", "--running", folder.config]),
      folder.endBare(["call", CALL, "@silent:example.test", "--running", folder.config]),
      service.request("/_matrix/client/v1/media/config"),
    ]);
    expect(PYTHON.exec(stdout)?.[1]).toBe("later");
    expect(stdout.match(/logged/g)).toHaveLength(2);
    expect(silent.stdout).not.toContain("logged");
    service.kill("SIGTERM");
    await service.ended;
  });
});

describe.concurrent("check --try calls each deciding callback once", () => {
  let homeserver: StubHomeserver;
  beforeAll(async () => {
    homeserver = await startStubHomeserver(
      json(200, {
        name: "@alice:example.test",
        admin: true,
        deactivated: false,
        shadow_banned: false,
        creation_ts: 1,
        threepids: [],
      }),
    );
  });
  afterAll(() => homeserver?.stop());
  const ALICE = "@alice:example.test";
  const folderOf = (modules: object[], keys: object = {}) =>
    new CliFolder({
      config: { modules },
      mediaBridge: { tokens_file: undefined, homeserver: { url: homeserver.url, ...keys } },
      pythonPath: [FIXTURE_MODULES],
    });

  test("check --try ends with 1 on a missing table, raised or swallowed, and names the key", async () => {
    for (const swallows of [true, false]) {
      const folder = folderOf([{ module: "every.Every" }, { module: "synapse_reader.Reader", config: { swallows } }]);
      const { status, stdout } = await folder.end(["check", "--try", ALICE]);
      expect(stdout).toMatch(/^tried as @alice:example\.test\n/m);
      expect(stdout).toMatch(/^ {2}ok: get_media_config_for_user: every\.Every \(python\)/m);
      expect(stdout).toMatch(
        /^ {2}problem: get_media_config_for_user: synapse_reader\.Reader .*\n[^]*set media_bridge\.homeserver\.database/m,
      );
      expect(status).toBe(1);
    }
  });

  test("check --try names a missing administrator's token; with one, it makes calls that read and holds back those that act", async () => {
    const modules = [{ module: "asking_too_much.Asking" }];
    const without = await folderOf(modules).end(["check", "--try", ALICE]);
    expect(without.stdout).toMatch(
      /problem: is_user_allowed_.*: asking_too_much\.Asking .*set media_bridge\.homeserver\.admin_token_file/,
    );
    expect(without.stdout).toMatch(
      /problem: get_media_config_for_user: .*set media_bridge\.homeserver\.appservice_token_file/,
    );
    expect(without.status).toBe(1);
    expect(homeserver.requests).toEqual([]);
    const folder = folderOf(modules, { admin_token_file: "./admin.token", appservice_token_file: "./as.token" });
    for (const name of ["admin.token", "as.token"]) writeFileSync(join(folder.path, name), "secret", { mode: 0o600 });
    const { status, stdout } = await folder.end(["check", "--try", ALICE]);
    expect(stdout).toMatch(
      /^ {2}ok: is_user_allowed_to_upload_media_of_size: asking_too_much\.Asking \(python\): continue/m,
    );
    expect(stdout).toMatch(/^ {2}unknown: get_media_config_for_user: .*held back during a check/m);
    expect(status).toBe(0);
    expect(homeserver.requests.map(({ method }) => method)).toEqual(["GET"]);
    await folder.end(["call", "is_user_allowed_to_upload_media_of_size", ALICE, "5"]);
    const acting = await folder.end(["call", "get_media_config_for_user", ALICE]);
    expect(acting.stdout).toContain("held back during a check");
    expect(homeserver.requests.map(({ method }) => method)).toEqual(["GET", "GET"]);
  });

  test("check --try ends with 1 on every failure that a module swallows, and says that what is held back is unknown", async () => {
    const folder = folderOf([{ module: "quiet.Quiet" }, { typescript: QUIET }], { database: "own" });
    const { status, stdout } = await folder.end(["check", "--try", ALICE]);
    expect(stdout.split("\n").flatMap((line) => /^ {2}(\w+: \w+: [\w.]+)/.exec(line)?.[1] ?? [])).toEqual([
      "problem: get_media_config_for_user: quiet.Quiet",
      "problem: get_media_config_for_user: quiet",
      "problem: is_user_allowed_to_upload_media_of_size: quiet.Quiet",
      "problem: is_user_allowed_to_upload_media_of_size: quiet",
      "problem: get_media_upload_limits_for_user: quiet.Quiet",
      "problem: get_media_upload_limits_for_user: quiet",
      "unknown: check_media_file_for_spam: quiet.Quiet",
    ]);
    expect(stdout.match(/logged error: .*no such table.*set media_bridge\.homeserver\.database/g)).toHaveLength(4);
    expect(stdout.match(/logged error: .*set media_bridge\.homeserver\.admin_token_file/g)).toHaveLength(2);
    expect(status).toBe(1);
  });

  test("check --try accepts only a user id", async () => {
    expect(await refuse(new CliFolder(), ["check", "--try", "alice"])).toContain("--try: expected a user id");
  });
});
