import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { refuse } from "../../cli/refusals.ts";
import { CliFolder, type CliService } from "../../support/cli.ts";
import { takeFileLock } from "../../../src/util/file-lock.ts";
import { testPython } from "../../support/python.ts";

const CLI = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const REQUIREMENTS = new URL("../../../python-shim/requirements.txt", import.meta.url);

const MODULES = { modules: [{ module: "where.Where" }] };
const WHERE = `
import os, sys, synapse
class Where:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(get_media_config_for_user=self.config)
    async def config(self, user_id):
        return {"synapse": synapse.__file__, "path": sys.path, "mine": os.environ.get("MINE"), "own": os.environ.get("OWN"), "prefix": sys.prefix}
`;

/** A service whose Python environment is its own; `python3` in its PATH is the script. */
function folderOf(script: string, python: object = {}): { folder: CliFolder; environment: { PATH: string } } {
  const folder = new CliFolder({ config: MODULES, mediaBridge: { python: { path: ["."], ...python } } });
  const bin = join(folder.path, "bin");
  mkdirSync(bin);
  writeFileSync(join(folder.path, "where.py"), WHERE);
  writeFileSync(join(bin, "python3"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { folder, environment: { PATH: `${bin}:/usr/bin:/bin` } };
}

const VERSION = `if [ "$1" = -c ]; then echo 3 11; exit; fi`;

describe.concurrent("the Python environment", () => {
  test("cannot be made without a python3", async () => {
    const { folder } = folderOf("");
    const message = await refuse(folder, ["check"], { PATH: join(folder.path, "tmp") });
    expect(message).toMatch(/python3 cannot be run .*ENOENT.*: install Python 3\.10 or newer, or name an interpreter in media_bridge\.python\.executable/s);
  }); // prettier-ignore

  test("cannot be made by a Python too old", async () => {
    const { folder, environment } = folderOf("echo 3 8");
    const message = await refuse(folder, ["start"], environment);
    expect(message).toMatch(/python3 is Python 3\.8, Python 3\.10 or newer is needed: .*media_bridge\.python\.executable/);
  }); // prettier-ignore

  test("cannot be made by a python3 that tells no version", async () => {
    const { folder, environment } = folderOf("echo what do you mean");
    expect(await refuse(folder, ["start"], environment)).toMatch(/Python 3\.10 or newer is needed/);
  });

  test("cannot be made where the package of venv is missing", async () => {
    const { folder, environment } = folderOf(`${VERSION}\necho "ensurepip is not available" >&2\nexit 1`);
    const end = await folder.end(["start"], { environment });
    expect(end.stderr).toMatch(/^media-bridge: the Python environment .*data\/python cannot be made: is the package python3-venv installed\?.*\nensurepip is not available/); // prettier-ignore
    expect(end.status).toBe(1);
    expect(folder.processes()).toEqual([]);
  });

  test("cannot be made where the data folder cannot be written", async () => {
    const { folder, environment } = folderOf(VERSION);
    // A file in its place stops root as well.
    writeFileSync(join(folder.path, "data"), "");
    const message = await refuse(folder, ["check"], environment);
    expect(message).toMatch(
      /The data folder .*\/data cannot be written \(.* is not a folder\): .*media_bridge\.data_path/,
    );
  });

  test("cannot be made of requirements that are not there", async () => {
    const { folder, environment } = folderOf(VERSION, { requirements: "./nowhere.txt" });
    const message = await refuse(folder, ["check"], environment);
    expect(message).toMatch(/media_bridge\.python\.requirements: .*nowhere\.txt cannot be read/);
  });

  test("gets the driver of PostgreSQL where a homeserver's database needs it", async () => {
    const pretend = `${VERSION}
case "$*" in
  "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
  *) exit 1 ;;
esac`;
    const { folder, environment } = folderOf(pretend);
    const database = { name: "psycopg2", args: { host: "/nowhere" } };
    const configure = (homeserver: object) => {
      const config = JSON.parse(readFileSync(folder.config, "utf8")) as { media_bridge: object };
      writeFileSync(
        folder.config,
        JSON.stringify({ ...config, media_bridge: { ...config.media_bridge, tokens_file: undefined, homeserver } }),
      );
    };
    const install = async () => {
      const { stderr } = await folder.end(["check"], { environment });
      expect(stderr).toContain("pip cannot install");
      return /install .*/.exec(stderr)?.[0].split("\n")[0];
    };
    configure({ url: "http://127.0.0.1:1", database: "own" });
    expect(await install()).not.toContain("requirements-postgres.txt");
    configure({ url: "http://127.0.0.1:1", database });
    expect(await install()).toMatch(/requirements\.txt, .*requirements-postgres\.txt/);
  });

  test("is made by one process at a time: a check that comes meanwhile says that it waits, and then uses what is there", async () => {
    const pretend = `${VERSION}
case "$*" in
  "-m venv "*) mkdir -p "$3/bin" && ln -s ${testPython()} "$3/bin/python" ;;
  *) exit 1 ;;
esac`;
    const { folder, environment } = folderOf(pretend);
    mkdirSync(join(folder.path, "data"));
    const maker = takeFileLock(join(folder.path, "data", "python.lock"));
    const waiting = execa(process.execPath, [CLI, "check", "--config", folder.config], { env: environment, reject: false }); // prettier-ignore
    for await (const line of waiting.iterable({ from: "stderr" })) {
      if (!line.includes("another process is making the Python environment: waiting")) continue;
      makeSharedEnvironment(join(folder.path, "data", "python"));
      maker?.release();
    }
    const { exitCode, stdout } = await waiting;
    expect([exitCode, stdout.includes("where.Where")]).toEqual([0, true]);
  });

  test("is not taken from an executable that is not there, or from an unknown command", async () => {
    const path = folderOf("", { executable: "./nowhere/python" });
    expect(await refuse(path.folder, ["check"])).toMatch(/media_bridge\.python\.executable: there is no .*nowhere\/python/);
    const command = folderOf("", { executable: "no-such-python" });
    expect(await refuse(command.folder, ["start"])).toMatch(/no-such-python cannot be run/);
  }); // prettier-ignore

  test("A start names what the operator's own environment lacks, and installs nothing into it", async () => {
    const { folder } = folderOf("", { executable: "./bare/bin/python" });
    makeBareEnvironment(join(folder.path, "bare"));
    const message = await refuse(folder, ["check"]);
    expect(message).toMatch(/bare\/bin\/python lacks Twisted, msgpack, .*; install with: .*-m pip install -r .*requirements\.txt/);
  }); // prettier-ignore

  test("keeps our synapse packages before PYTHONPATH, and hands variables on", async () => {
    const environment = { MINE: "from the service", OWN: "overridden" };
    const { folder } = folderOf("", { executable: testPython(), environment: { OWN: "from the configuration" } });
    const foreign = join(folder.path, "foreign");
    mkdirSync(join(foreign, "synapse"), { recursive: true });
    writeFileSync(join(foreign, "synapse", "__init__.py"), "raise AssertionError('the installed one')\n");
    const { stdout } = await folder.end(["call", "get_media_config_for_user", "@alice:example.test", "--json"], {
      environment: { ...environment, PYTHONPATH: foreign },
    });
    const { http } = JSON.parse(stdout) as { http: { body: string } };
    const body = JSON.parse(http.body) as { synapse: string; path: string[]; mine: string; own: string };
    expect(body.synapse).toMatch(/python-shim\/compat\/synapse\/__init__\.py$/);
    expect(body.path).toContain(foreign);
    expect([body.mine, body.own]).toEqual(["from the service", "from the configuration"]);
  });
});

test("the environment is made once, made again where it is half made, and tells what pip could not install", async () => {
  const { folder } = folderOf("");
  const making = "making the Python environment";
  const stamp = join(folder.path, "data", "python", "media-bridge.stamp");
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(join(dirname(stamp), "leftover"), "half made");
  const first = await folder.start();
  expect(first.log()).toContain(making);
  expect(first.log()).toMatch(/Collecting Twisted.*Successfully installed/s);
  expect(await ask(first)).toBe(dirname(stamp));
  expect(folder.files()).not.toContain("data/python/leftover");
  const made = statSync(stamp).mtimeMs;
  const second = await folder.start();
  expect(second.log()).not.toContain(making);
  await ask(second);
  expect(statSync(stamp).mtimeMs).toBe(made);

  const requirements = join(folder.path, "requirements.txt");
  writeFileSync(requirements, "./no-such-package-anywhere\n");
  const config = readFileSync(folder.config, "utf8").replace(
    '"python": {',
    '"python": {"requirements": "requirements.txt",',
  );
  writeFileSync(folder.config, config);
  const failed = await folder.end(["check"]);
  expect(failed.stderr).toMatch(
    /^media-bridge: pip cannot install .*requirements\.txt:\n[^]*no-such-package-anywhere/m,
  );
  expect([failed.status, folder.processes()]).toEqual([1, []]);
  expect(folder.files()).not.toContain("data/python/media-bridge.stamp");
}, 120_000);

async function ask(service: CliService): Promise<string> {
  const answer = (await (await service.request("/_matrix/client/v1/media/config")).json()) as { prefix: string };
  service.kill("SIGTERM");
  expect((await service.ended).status).toBe(0);
  return answer.prefix;
}

/** An environment as a start makes it, but with the packages of the tests' own. */
function makeSharedEnvironment(folder: string): void {
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "bin", "python"), `#!/bin/sh\nexec ${testPython()} "$@"\n`, { mode: 0o755 });
  const stamp = createHash("sha256").update(readFileSync(REQUIREMENTS, "utf8")).update("\0").digest("hex");
  writeFileSync(join(folder, "media-bridge.stamp"), stamp);
}

/** What `python3 -m venv --without-pip` makes, without the second that it takes. */
function makeBareEnvironment(home: string): void {
  const real =
    /^home = (.*)$/m.exec(readFileSync(join(dirname(testPython()), "..", "pyvenv.cfg"), "utf8"))?.[1] ?? "/usr/bin";
  mkdirSync(join(home, "bin"), { recursive: true });
  writeFileSync(join(home, "pyvenv.cfg"), `home = ${real}\ninclude-system-site-packages = false\n`);
  symlinkSync(join(real, "python3"), join(home, "bin", "python"));
  chmodSync(home, 0o755);
}
