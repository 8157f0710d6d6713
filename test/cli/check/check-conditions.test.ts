import { once } from "node:events";
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { CliFolder } from "../../support/cli.ts";
import { testPython } from "../../support/python.ts";
import { createTemporaryFolder } from "../../storage/files/temporary-folder.ts";
import { expectRefused } from "../refusals.ts";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));
const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
const python = { config: { modules: [{ module: "every.Every" }] } };

/** A `python3` that makes an environment in a moment, of the packages of the tests' own. */
const PYTHON3 = `#!/bin/sh
if [ "$1" = -c ]; then echo 3 11; exit; fi
mkdir -p "$3/bin"
printf '#!/bin/sh\\n[ "$2" = pip ] || exec ${testPython()} "$@"\\n' > "$3/bin/python"
chmod 755 "$3/bin/python"
`;

/** A folder that every user may read, whose configuration names no interpreter. */
function createOpenFolder(): { folder: CliFolder; environment: { PATH: string } } {
  const folder = new CliFolder({ ...python, mediaBridge: { python: { path: [join(PROJECT, "test/fixtures/bad-modules")] } } }); // prettier-ignore
  const bin = join(folder.path, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "python3"), PYTHON3, { mode: 0o755 });
  for (const [name, mode] of [["", 0o755], ["tokens.yaml", 0o644], ["tmp", 0o777]] as const) {
    chmodSync(join(folder.path, name), mode);
  } // prettier-ignore
  return { folder, environment: { PATH: `${bin}:/usr/bin:/bin` } };
}

function ownersBelow(path: string): Set<number> {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return new Set(entries.map((entry) => lstatSync(join(entry.parentPath, entry.name)).uid));
}

function warningsOf(text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith("warning: "));
}

describe.concurrent("check refuses what a start would refuse, all of it at once:", () => {
  test("ports that are taken, with the process, and a database of a newer release", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const address = { host: "127.0.0.1", port };
    const folder = new CliFolder({ ...python, mediaBridge: { listen: address, metrics: address } });
    mkdirSync(join(folder.path, "data"));
    const database = new Database(join(folder.path, "data", "media.db"));
    database.exec("create table media_bridge_schema (version integer not null)");
    database.exec("insert into media_bridge_schema values (9999)");
    database.close();
    const before = folder.files();
    const end = await folder.end(["check"]);
    taken.close();
    expectRefused(end);
    expect(end.stderr).toContain("media.db has schema version 9999");
    const inUse = `cannot listen on 127.0.0.1:${port}: it is in use by process ${process.pid} (`;
    expect(end.stderr.split("\n").filter((line) => line.includes(inUse))).toEqual([
      expect.stringContaining("another in media_bridge.listen"),
      expect.stringContaining("another in media_bridge.metrics"),
    ]);
    expect(folder.files()).toEqual(before);
  });

  test("a database that another program made, and a media store that is a file", async () => {
    const folder = new CliFolder(python);
    mkdirSync(join(folder.path, "data"));
    const database = new Database(join(folder.path, "data", "media.db"));
    database.exec("create table local_media_repository (media_id text)");
    database.close();
    folder.write("media", "");
    const end = await folder.end(["check"]);
    expectRefused(end);
    expect(end.stderr).toContain("holds media tables that another program made");
    expect(end.stderr).toMatch(/The media store .* is not a folder/);
  });

  test.runIf(IS_ROOT)("folders that this user may not write, or does not own", async () => {
    const { folder, environment } = createOpenFolder();
    const data = join(folder.path, "data");
    mkdirSync(join(data, "control"), { recursive: true });
    mkdirSync(join(folder.path, "media"));
    const options = { environment, uid: NOBODY };
    const refused = await folder.end(["check"], options);
    expectRefused(refused);
    expect(refused.stderr).toMatch(/The data folder .*data cannot be written .*media_bridge\.data_path/);
    expect(refused.stderr).toMatch(/control belongs to user 0, and this is user 65534: .*chown -R 65534/);
    expect(refused.stderr).toMatch(/The media store .*media cannot be written/);
    expectRefused(await folder.end(["start"], options));
  });
});

// Not beside others: the folder goes with the test that made it.
test("check and start say that an installation lacks the compiled part of the database's driver", async () => {
  const copy = createTemporaryFolder();
  cpSync(join(PROJECT, "dist"), join(copy, "dist"), { recursive: true });
  cpSync(join(PROJECT, "package.json"), join(copy, "package.json"));
  mkdirSync(join(copy, "node_modules"));
  for (const name of readdirSync(join(PROJECT, "node_modules"))) {
    if (name !== "better-sqlite3") symlinkSync(join(PROJECT, "node_modules", name), join(copy, "node_modules", name));
  }
  cpSync(join(PROJECT, "node_modules/better-sqlite3/lib"), join(copy, "node_modules/better-sqlite3/lib"), { recursive: true }); // prettier-ignore
  cpSync(join(PROJECT, "node_modules/better-sqlite3/package.json"), join(copy, "node_modules/better-sqlite3/package.json")); // prettier-ignore
  const folder = new CliFolder();
  for (const command of ["check", "start"]) {
    const args = [join(copy, "dist/cli/main.js"), command, "--config", folder.config];
    const { exitCode, stderr } = await execa(process.execPath, args, { reject: false });
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^media-bridge: better-sqlite3 cannot load its compiled part for .*npm install/);
  }
});

describe.concurrent("check", () => {
  test("passes beside the running service of its configuration, whose port is in use, and says that it did not look at that", async () => {
    const folder = new CliFolder(python);
    const service = await folder.start();
    const listen = { host: "127.0.0.1", port: service.port };
    const config = folder.readConfig();
    folder.write("media-bridge.yaml", JSON.stringify({ ...config, media_bridge: { ...(config["media_bridge"] as object), listen } })); // prettier-ignore
    const { status, stdout } = await folder.end(["check"]);
    expect(status).toBe(0);
    expect(stdout).toContain(
      `whether the addresses are free: the service of this data path runs (process ${service.pid})`,
    );
  });

  test("shows mode, upstream, the largest upload, limits, and what it did not look at", async () => {
    const limits = [{ time_period: "30d", max_size: "2G" }];
    const alone = new CliFolder({ ...python, config: { ...python.config, media_upload_limits: limits } });
    const { stdout } = await alone.end(["check"]);
    expect(stdout).toContain("mode:         repository: this service keeps the media\n");
    expect(stdout).toContain("largest:      52428800 bytes an upload (max_upload_size)\n");
    expect(stdout).toContain("limit:        2147483648 bytes within 30 days (media_upload_limits)\n");
    expect(stdout).toContain("what callbacks answer (check --try @user:server asks each of them once)");
    const guard = new CliFolder({ mediaBridge: { upstream: { url: "http://127.0.0.1:1" } } });
    const guarded = (await guard.end(["check"])).stdout;
    expect(guarded).toContain("mode:         guard: this service decides over uploads");
    expect(guarded).toContain("upstream:     http://127.0.0.1:1\n");
  });

  test.runIf(IS_ROOT)(
    "that root runs leaves nothing of root's in the service's folders, as it continues as their owner",
    async () => {
      const { folder, environment } = createOpenFolder();
      for (const name of ["data", "media"]) {
        mkdirSync(join(folder.path, name));
        chownSync(join(folder.path, name), NOBODY, NOBODY);
      }
      // Whether that user may run the interpreter of the tests, which the environment leads to, is a matter of this
      // machine.
      const { stderr } = await folder.end(["check"], { environment });
      expect(stderr).toContain("the Python environment is ready");
      expect(existsSync(join(folder.path, "data/python/bin/python"))).toBe(true);
      expect(ownersBelow(join(folder.path, "data"))).toEqual(new Set([NOBODY]));
    },
  );

  test.runIf(IS_ROOT)("check by root, before there is a data path, makes none and says so", async () => {
    const { folder, environment } = createOpenFolder();
    const { status, stdout } = await folder.end(["check"], { environment });
    expect([status, stdout.includes("every.Every")]).toEqual([0, true]);
    expect(stdout).toContain(
      "whose the data path will be: it does not exist, and this is root; nothing was made there",
    );
    expect(existsSync(join(folder.path, "data"))).toBe(false);
    expect(readdirSync(join(folder.path, "tmp"))).toEqual([]);
  });
});

test("reload says what check says: the same warnings, the same misfits, the same error", async () => {
  const key = { max_spider_size: "1M" };
  const module = `
class Narrow:
    def __init__(self, config, api):
        api.register_media_repository_callbacks(get_media_config_for_user=self.get_media_config_for_user)
    async def get_media_config_for_user(self):
        return None
`;
  const folder = new CliFolder({ config: { ...key, modules: [{ module: "narrow.Narrow" }] } });
  folder.write("narrow.py", module);
  const checked = await folder.end(["check"]);
  const service = await folder.start();
  const reloaded = await folder.end(["reload"]);
  expect(reloaded.status).toBe(0);
  expect(warningsOf(checked.stdout)).not.toEqual([]);
  expect(warningsOf(reloaded.stderr)).toEqual(warningsOf(checked.stdout));
  const misfit = /does not fit: (.*)/.exec(checked.stdout)?.[1];
  expect(reloaded.stdout).toContain(`problem: get_media_config_for_user: narrow.Narrow Narrow.get_media_config_for_user does not fit: ${misfit}\nreloaded\n`.trimEnd()); // prettier-ignore
  folder.write("narrow.py", "raise RuntimeError('broken')\n");
  const [broken, refused] = [await folder.end(["check"]), await folder.end(["reload"])];
  expectRefused(broken);
  expect(refused.stderr.split("\n").at(-1)).toBe(broken.stderr.split("\n").at(-1));
  expect((await service.upload("a")).status).toBe(200);
  rmSync(join(dirname(folder.config), "narrow.py"));
});

test("check says that questions are recorded with user ids, makes no recording, and refuses a file that cannot hold one", async () => {
  const folder = new CliFolder({ ...python, mediaBridge: { record: { path: "./questions.jsonl", sample: "2.5%" } } });
  const before = folder.files();
  const { status, stdout } = await folder.end(["check"]);
  expect(status).toBe(0);
  expect(warningsOf(stdout)).toEqual([
    expect.stringMatching(/media_bridge\.record: .*\(2\.5 % of them\) are recorded with user ids as they are.*questions\.jsonl/),
  ]);
  expect(folder.files()).toEqual(before);
  writeFileSync(join(folder.path, "questions.jsonl"), "of another kind\n", { mode: 0o600 });
  const refused = await folder.end(["check"]);
  expect([refused.status, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/questions\.jsonl:1: this is not a recording of questions/),
  ]);
}); // prettier-ignore
