import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));
const SECRET = "swordfish-of-the-operator";

// What could end a comment, or hide in one, is in the source that is written as a comment.
const PYTHON = `
from synapse.module_api import NOT_SPAM, MediaUploadLimit
from synapse.module_api.errors import Codes, SynapseError
import attr

@attr.s(auto_attribs=True, frozen=True)
class Settings:
    max_bytes: int
    ratio: float
    owners: dict
    label: str
    plan: object = None
    words: tuple = ("a", "b")

class Plans:
    @staticmethod
    def parse_config(config):
        """A guess */ that ends no comment."""
        return Settings(config["max_bytes"], float(config["ratio"]), config["owners"], config["label"], config.get("plan"))

    def __init__(self, config, api):
        self.config = config
        api.register_media_repository_callbacks(
            is_user_allowed_to_upload_media_of_size=self.allowed,
            get_media_config_for_user=lambda user: None,
            get_media_upload_limits_for_user=self.limits,
            on_media_upload_limit_exceeded=self.exceeded,
        )
        api.register_media_repository_callbacks(is_user_allowed_to_upload_media_of_size=self.again)
        api.register_spam_checker_callbacks(check_media_file_for_spam=self.spam, user_may_invite=self.invite)

    async def allowed(self, user_id, size):
        # */ throw 1 \u2028 throw 2 \u202e
        return size <= self.config.owners.get(user_id, self.config.max_bytes)

    async def again(self, user_id, size):
        return True

    async def limits(self, user_id):
        return [MediaUploadLimit(self.config.max_bytes, 60000)]

    async def exceeded(self, user_id, limit, sent, attempted):
        raise SynapseError(403, "Enough", "ORG.EXAMPLE_ENOUGH")

    async def spam(self, file_wrapper, file_info):
        return Codes.FORBIDDEN

    async def invite(self, *args):
        return NOT_SPAM
`;
const CONFIG = { max_bytes: 5000, ratio: 2, owners: { "@owner:private.test": 9000 }, label: SECRET, plan: null };

function folderWithPlans(): CliFolder {
  const folder = new CliFolder({ config: { modules: [{ module: "plans.Plans", config: CONFIG }] } });
  writeFileSync(join(folder.path, "plans.py"), PYTHON);
  writeFileSync(join(folder.path, "package.json"), '{"type": "module"}');
  mkdirSync(join(folder.path, "node_modules"));
  symlinkSync(PROJECT, join(folder.path, "node_modules/synapse-media-bridge"));
  for (const name of ["vitest", "zod", "@types"])
    symlinkSync(join(PROJECT, "node_modules", name), join(folder.path, "node_modules", name));
  return folder;
}

async function runTests(folder: CliFolder) {
  const vitest = join(PROJECT, "node_modules/vitest/vitest.mjs");
  const options = { cwd: folder.path, reject: false, env: { NO_COLOR: "1" } };
  const { exitCode } = await execa(
    process.execPath,
    [vitest, "run", "--reporter=json", "--outputFile=report.json"],
    options,
  );
  const { testResults } = JSON.parse(readFileSync(join(folder.path, "report.json"), "utf8")) as {
    testResults: { assertionResults: { title: string; status: string }[] }[];
  };
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  return { exitCode, passed: results.filter(({ status }) => status === "passed").map(({ title }) => title), results };
}

test(
  "A module that was ported compiles, lints and fails closed; its test passes once the callbacks are written",
  { timeout: 240_000 },
  async () => {
    const folder = folderWithPlans();
    const file = join(folder.path, "plans.ts");
    const { status, stdout, stderr } = await folder.end(["port", "plans.Plans", "--to", file]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("No logic was translated");
    expect(stdout).toMatch(/ {4}- module: plans\.Plans\n.*\n {6}shadow:\n {8}typescript: "\.\/plans\.ts"$/);
    const source = readFileSync(file, "utf8");
    const tests = readFileSync(join(folder.path, "plans.test.ts"), "utf8");

    // The guess, and the source beside it.
    expect(source).toContain(`configSchema: z.strictObject({
    max_bytes: z.int(),
    ratio: z.number(),
    owners: z.record(z.string(), z.int()),
    label: z.string(),
    plan: z.unknown().optional(),
    // Not configured: parse_config gives it a list.
    words: z.array(z.string()).optional(),
  }),`);
    expect(source).toContain("//     return size <= self.config.owners.get(user_id, self.config.max_bytes)");
    expect(source).toContain("throw 1 \\u2028 throw 2 \\u202e");
    expect(source).toMatch(/never fires.*user_may_invite/);
    expect(source.match(/async isUserAllowedToUploadMediaOfSize\(/g)).toHaveLength(2);
    for (const text of [source, tests, stdout]) {
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain("private.test");
    }

    // Nothing is overwritten.
    const again = await folder.end(["port", "plans.Plans", "--to", file]);
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining(`${file} exists already`)]);
    expect(readFileSync(file, "utf8")).toBe(source);

    // It compiles and lints as this package's own code does.
    const strict = { extends: join(PROJECT, "tsconfig.json"), compilerOptions: { paths: {} }, include: ["*.ts"] };
    writeFileSync(join(folder.path, "tsconfig.json"), JSON.stringify(strict));
    const bin = (name: string) => join(PROJECT, "node_modules/.bin", name);
    const compiled = await execa(bin("tsc"), ["-p", "."], { cwd: folder.path, reject: false });
    expect(compiled.stdout).toBe("");
    const rules = ["-c", join(PROJECT, ".oxlintrc.json"), "-A", "import/no-default-export", "--deny-warnings"];
    const linted = await execa(bin("oxlint"), [...rules, "plans.ts", "plans.test.ts"], {
      cwd: folder.path,
      reject: false,
    });
    expect([linted.exitCode, linted.stdout]).toEqual([0, expect.stringContaining("Found 0 warnings and 0 errors")]);

    // It loads with the real configuration, refuses, and fails its test.
    const loaded = new CliFolder({ config: { modules: [{ typescript: file, config: CONFIG }] } });
    const called = await loaded.end(["call", "is_user_allowed_to_upload_media_of_size", "@alice:example.test", "1"]);
    expect(called.stdout).toContain("not ported yet: is_user_allowed_to_upload_media_of_size");
    expect(called.stdout).toContain("HTTP: 500");
    const before = await runTests(folder);
    expect(before.exitCode).toBe(1);
    expect(before.passed).toEqual(["The configuration is accepted"]);
    expect(before.results).toHaveLength(6);

    writeFileSync(file, write(source));
    const after = await runTests(folder);
    expect([after.exitCode, after.passed.length]).toEqual([0, 6]);
    writeFileSync(file, write(source).replace("_sizeBytes <=", "_sizeBytes <"));
    expect((await runTests(folder)).passed).toHaveLength(5);
  },
);

/** What an author writes. */
function write(source: string): string {
  const bodies = [
    "return _sizeBytes <= (_config.owners[_userId] ?? _config.max_bytes);",
    "return;",
    "return [{ maxBytes: _config.max_bytes, timePeriodMs: 60_000 }];",
    'throw new MatrixError(403, "ORG.EXAMPLE_ENOUGH", "Enough");',
    "return true;",
    "return true;",
  ];
  let next = 0;
  return source
    .replace("{ defineModule", "{ defineModule, MatrixError")
    .replaceAll(/throw new Error\("not ported yet: \w+"\);/g, () => bodies[next++] ?? "");
}

test("A class that the configuration does not name, and a target that cannot be, are refused before anything is loaded", async () => {
  const folder = folderWithPlans();
  const refused = async (...args: string[]) => {
    const { status, stderr } = await folder.end(["port", ...args]);
    expect(status).toBe(1);
    return stderr;
  };
  expect(await refused("plans.Other", "--to", "o.ts")).toContain("its Python modules are plans.Plans");
  expect(await refused("plans", "--to", "o.ts")).toContain("expected the dotted path of a Python class");
  expect(await refused("plans.Plans", "--to", "o.py")).toContain("expected the name of a TypeScript file");
  expect(await refused("plans.Plans", "--to", "none/o.ts")).toContain("make it first");
  expect(existsSync(join(folder.path, "o.ts"))).toBe(false);
  rmSync(join(folder.path, "plans.py"));
  expect(await refused("plans.Plans", "--to", "o.ts")).toContain("No module named 'plans'");
  expect(existsSync(join(folder.path, "o.ts"))).toBe(false);
});

test("Without a configuration the module is found on the given path", async () => {
  const folder = folderWithPlans();
  const python = readExecutable(folder);
  writeFileSync(join(folder.path, "tiny.py"), "class Tiny:\n    def __init__(self, config, api):\n        pass\n");
  const args = ["port", "tiny.Tiny", "--to", "tiny.ts", "--python", python, "--python-path", folder.path];
  const { status, stderr } = await folder.endBare(args);
  expect([status, stderr]).toEqual([0, ""]);
  expect(readFileSync(join(folder.path, "tiny.ts"), "utf8")).toContain("registers no callback that this service fires");
});

function readExecutable(folder: CliFolder): string {
  const { media_bridge: own } = folder.readConfig() as { media_bridge: { python: { executable: string } } };
  return own.python.executable;
}
